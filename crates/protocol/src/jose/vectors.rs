//! The keys and tokens of RFC 7515, appendices A.1 to A.3, and of RFC 8037, appendix A. They are published, so
//! they protect nothing; the certificates were made for them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_model::client::credential::{CredentialAlgorithm, KeyKind};
use doorward_model::ids::KeyId;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::KeyFamily;
use serde_json::Value;

use super::TenantKey;

/// A.1: the key, base64url.
pub(crate) const A1_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// A.1: the token.
pub(crate) const A1_TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
     eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
     dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A.2: what is signed.
pub(crate) const A2_SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.\
     eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// A.2: the signature.
pub(crate) const A2_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-\
     0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--\
     f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHW\
     EsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypG\
     lUPQGe77Rw";

/// A.2: the modulus.
pub(crate) const A2_MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-\
     Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-\
     pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-\
     UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-\
     DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

/// A.2: how the private exponent begins.
pub(crate) const A2_PRIVATE_EXPONENT_START: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulw";

/// A.2: the key as PKCS #8, base64.
const A2_PKCS8: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXOjS1lYmM2K5J9vinh8CR3/BYlzJChNuOL\
     2TSXxbbqY913EeZ8dCn5VrD7io8ImtxLaYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\
     juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5ROjtZMEQxrZHYJqkeDrrnGya11UxMFBj\
     i4NmXG9veoKjlnAqH2QbgtPr8jkiGUkftoaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\
     VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7/GQ5sLKMgvfTeX\
     Zx9SE+7YwVol2NXOoAJe46sui395IW/GO+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\
     kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl\
     /x/jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\
     pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr0AHQfD8/Lk8l1Mk09jxxCfui5nYooNya\
     c8YFjm3vItzVCVDnEd3BbVWG8qf6deqElMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\
     kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAPrq3rbAOal78eUH5OcED6eNuCV8ixEu1e\
     WcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNwkgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\
     5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds29+DAncu3KXU4f2Fa+7bLNrur53k8KwPO\
     q2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\
     yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZjOYiIDktVWZzmevJuv6WywUqd57LE3Zar\
     3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\
     ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A5603k2+ZQwVK0JKSHuLFkuQ3U=";

/// A certificate of the key of A.2.
pub(crate) const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIDDzCCAfegAwIBAgIUC7AgdQtVKKZw6JaLn4H1ExiCEWIwDQYJKoZIhvcNAQEL
BQAwFzEVMBMGA1UEAwwMaWQuYWNtZS50ZXN0MB4XDTI2MTEyMzA2MTUxMFoXDTM2
MTEyMDA2MTUxMFowFzEVMBMGA1UEAwwMaWQuYWNtZS50ZXN0MIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wW
JcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yR
T+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+
bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xs
mtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NA
co9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQABo1MwUTAd
BgNVHQ4EFgQUMxiIj6e/g5DN3tNdVInpUWMZ2tkwHwYDVR0jBBgwFoAUMxiIj6e/
g5DN3tNdVInpUWMZ2tkwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOC
AQEAPeT22cuswFV96VoHQJsGCDopw/KwIvRkPnn8L/r/pyDK+tSHlxYg1fgj12nq
hdnQfmW99jt/nxEEVj8lD6zaRdqzV3rPnBgFMUSSrdSahp4TkkCWYLxPqQALWRvC
qvsm223hW9IzkHudv/Ib5XDuG4zbIuHEcgxycfKNjHrFwMlojz+qos645MCR24gh
8hA1UgnQlPsGaAkZpE53DI3+fv7zyJxVA4zVoqgHacOWdu8db4Krq4wo+bbHL1Sx
YJcZjEpLjb2BGJL2swjb2gm6MTZ9qjS9MxZ8HmFpKPp4JNBteMUbcSPaaCWvv2oN
EEj4CUaKCg4cf0w9FYB4ceuoPA==
-----END CERTIFICATE-----
";

/// The SHA-1 of that certificate, base64url.
pub(crate) const CERTIFICATE_SHA1: &str = "f9p24q0Fbr2wxJRcGoHT84K9TiM";

/// The SHA-256 of that certificate, base64url.
pub(crate) const CERTIFICATE_SHA256: &str = "vLn8j8V-q4TejW9wbaeqel2twQt5eu0UbhkAGkCM-d8";

/// The public half of the key of A.2.
pub(crate) const PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj
NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz
P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo
9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB
EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX
FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp
oQIDAQAB
-----END PUBLIC KEY-----
";

/// The same in its older form.
pub(crate) const RSA_PUBLIC_KEY: &str = "\
-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wWJcyQoTbji9k0l8W2
6mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMs
D1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5
z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxv
b3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/h9iaGNj8q2et
hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQAB
-----END RSA PUBLIC KEY-----
";

/// The thumbprint of the key of A.2 (RFC 7638), as another program makes it.
pub(crate) const THUMBPRINT: &str = "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8";

/// A.3: the public key, base64url.
pub(crate) const A3_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
pub(crate) const A3_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

/// A.3: what is signed.
pub(crate) const A3_SIGNED: &str = "eyJhbGciOiJFUzI1NiJ9.\
     eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// A.3: the signature.
pub(crate) const A3_SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// A.3: the key as PKCS #8, base64.
const A3_PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIffH1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/\
     zc4ncPbEXUGDy+5v20t7WAczNXvp7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt";

/// The public half of the key of A.3.
pub(crate) const P256_PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
-----END PUBLIC KEY-----
";

/// A certificate of the key of A.3.
pub(crate) const P256_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBhDCCASmgAwIBAgIUUSJ0fHKIkM/+58vp0fAU9SDBbWYwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMaWQuYWNtZS50ZXN0MB4XDTI2MTEyOTE2NTUxNVoXDTM2MTEy
NjE2NTUxNVowFzEVMBMGA1UEAwwMaWQuYWNtZS50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTN
G72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlraNTMFEwHQYDVR0OBBYEFM6NFrHJ
M463/jl5ma5Fvu4/tYaGMB8GA1UdIwQYMBaAFM6NFrHJM463/jl5ma5Fvu4/tYaG
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhANAvDEpbaas4thkW
kgL0jEbNr3mgWGTr9XdAbbgX6zVwAiEA73Vw/0kacLhhibFXpdfrBXsWEOKmWjdm
2befYtrvDNk=
-----END CERTIFICATE-----
";

/// A key on the curve P-384 as PKCS #8, base64, and its public half.
const P384_PKCS8: &str = "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCyp0OxOTqkwYTrXuqfc5rpGus4UloU7k5Y0qN3XBfwgKRv0s0N\
     dOyTBlV20kGTBzmhZANiAARet5G3gB20ehUrS77XYV82yXVAYGeasvwnfR7ovZqsfbjjDFDXqjiYiEAETIH5XAXYzbaZ6B/q\
     mLF7+U4X4km0F8gLEdMFdzolrF8RHl6nSR9TkTGOz4c/JkVn+37KRuY=";
pub(crate) const P384_PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEXreRt4AdtHoVK0u+12FfNsl1QGBnmrL8
J30e6L2arH244wxQ16o4mIhABEyB+VwF2M22megf6pixe/lOF+JJtBfICxHTBXc6
JaxfER5ep0kfU5Exjs+HPyZFZ/t+ykbm
-----END PUBLIC KEY-----
";

/// RFC 8037, A.1 and A.2: the public key, base64url.
pub(crate) const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// RFC 8037, A.3: its thumbprint.
pub(crate) const ED25519_THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// RFC 8037, A.4: what is signed, and the signature.
pub(crate) const ED25519_SIGNED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
pub(crate) const ED25519_SIGNATURE: &str =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/// RFC 8037, A.1: the key as PKCS #8, base64.
const ED25519_PKCS8: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";

/// The public half of the key of RFC 8037, A.1.
pub(crate) const ED25519_PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
";

/// A certificate of the key of RFC 8037, A.1.
pub(crate) const ED25519_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBQjCB9aADAgECAhQU++AvB4HaDXOSuEkUO2VWPxSOGDAFBgMrZXAwFzEVMBMG
A1UEAwwMaWQuYWNtZS50ZXN0MB4XDTI2MTEyOTE2NTUxNVoXDTM2MTEyNjE2NTUx
NVowFzEVMBMGA1UEAwwMaWQuYWNtZS50ZXN0MCowBQYDK2VwAyEA11qYAYKxCrfV
S/7TyWQHOg7hcvPapiMlrwIaaPcHURqjUzBRMB0GA1UdDgQWBBRbJ6pViReXcOR1
dbFiod7Ze4v8bTAfBgNVHSMEGDAWgBRbJ6pViReXcOR1dbFiod7Ze4v8bTAPBgNV
HRMBAf8EBTADAQH/MAUGAytlcANBAPeKrFuDlnpxJQ+D/TnpCuOizVGWS3l7/14A
jP8M3fA5D4N7qtk618W+8r3BJbFchjWCih0C3VCB/OjgHVxeHQM=
-----END CERTIFICATE-----
";

/// The key of A.3 as PKCS #8.
pub(crate) fn p256_pkcs8() -> Vec<u8> {
    STANDARD.decode(A3_PKCS8).unwrap()
}

/// The key of RFC 8037, A.1, as PKCS #8.
pub(crate) fn ed25519_pkcs8() -> Vec<u8> {
    STANDARD.decode(ED25519_PKCS8).unwrap()
}

/// The key of A.2 as PKCS #8.
pub(crate) fn pkcs8() -> Vec<u8> {
    STANDARD.decode(A2_PKCS8).unwrap()
}

/// The key of A.2 under an id.
pub(crate) fn key(kid: &str) -> TenantKey {
    TenantKey::from_pkcs8(KeyId::parse(kid).unwrap(), KeyFamily::Rsa, &pkcs8(), CERTIFICATE).unwrap()
}

/// The key of RFC 7515, A.3, under an id.
pub(crate) fn p256_key(kid: &str) -> TenantKey {
    let kid = KeyId::parse(kid).unwrap();
    TenantKey::from_pkcs8(kid, KeyFamily::P256, &p256_pkcs8(), P256_CERTIFICATE).unwrap()
}

/// The key of RFC 8037, A.1, under an id.
pub(crate) fn ed25519_key(kid: &str) -> TenantKey {
    let kid = KeyId::parse(kid).unwrap();
    TenantKey::from_pkcs8(kid, KeyFamily::Ed25519, &ed25519_pkcs8(), ED25519_CERTIFICATE).unwrap()
}

/// A token with this header and these claims, signed as the header says with the key above that can; with
/// that of A.2 as RS256 where the header names no algorithm of a key.
pub(crate) fn signed(header: &Value, claims: &Value) -> Secret {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(header), encode(claims));
    let random = SystemRandom::new();
    let on_curve = |algorithm, pkcs8: &[u8]| {
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).unwrap();
        pair.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec()
    };
    let by_rsa = |encoding: &'static dyn RsaEncoding| {
        let pair = RsaKeyPair::from_pkcs8(&pkcs8()).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &random, text.as_bytes(), &mut signature).unwrap();
        signature
    };
    let signature = match header["alg"].as_str() {
        Some("ES256") => on_curve(&ECDSA_P256_SHA256_FIXED_SIGNING, &p256_pkcs8()),
        Some("ES384") => on_curve(&ECDSA_P384_SHA384_FIXED_SIGNING, &STANDARD.decode(P384_PKCS8).unwrap()),
        Some("EdDSA") => {
            let pair = Ed25519KeyPair::from_pkcs8(&ed25519_pkcs8()).unwrap();
            pair.sign(text.as_bytes()).as_ref().to_vec()
        }
        Some("PS256") => by_rsa(&RSA_PSS_SHA256),
        Some("PS384") => by_rsa(&RSA_PSS_SHA384),
        Some("PS512") => by_rsa(&RSA_PSS_SHA512),
        Some("RS384") => by_rsa(&RSA_PKCS1_SHA384),
        Some("RS512") => by_rsa(&RSA_PKCS1_SHA512),
        _ => by_rsa(&RSA_PKCS1_SHA256),
    };
    Secret::new(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The public key above that verifies what [`signed`] signs with that algorithm.
pub(crate) fn public_key_for(algorithm: CredentialAlgorithm) -> &'static str {
    match algorithm.kind() {
        KeyKind::Rsa => PUBLIC_KEY,
        KeyKind::P256 => P256_PUBLIC_KEY,
        KeyKind::P384 => P384_PUBLIC_KEY,
        KeyKind::Ed25519 => ED25519_PUBLIC_KEY,
    }
}

/// The public key of somebody else, base64.
pub(crate) fn foreign_public_key() -> String {
    STANDARD.encode(RsaKeyPair::generate(KeySize::Rsa2048).unwrap().public_key().as_ref())
}
