//! Fresh signing keys, each with a certificate of its own (RFC 7517 §4.7, `x5c`): RSA with 2048 bits, P-256,
//! Ed25519.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::time::{Lifetime, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize,
};

use crate::entropy::Entropy;
use crate::fault::Fault;

/// How long a certificate lasts: ten years; the key is rotated long before.
const LIFE: Lifetime = Lifetime::from_seconds(10 * 365 * 86_400);

/// A key that nobody has seen yet.
#[derive(Debug)]
pub struct FreshKey {
    /// PKCS #8, base64.
    pub private_key: Secret,
    /// The certificate, PEM.
    pub certificate_pem: String,
}

impl Entropy {
    /// A new key and a certificate for `host` that signs itself, valid from `now`.
    ///
    /// The key itself always comes from the crypto library's own source, also when this source is
    /// seeded. An RSA key takes about a tenth of a second: run it on a pool.
    ///
    /// # Errors
    /// When the crypto library refuses.
    pub fn signing_key(&self, family: KeyFamily, host: &str, now: Timestamp) -> Result<FreshKey, Fault> {
        let failed = |error: rcgen::Error| Fault::internal(format!("no signing key: {error}"));
        let pair = match family {
            KeyFamily::Rsa => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
            KeyFamily::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            KeyFamily::Ed25519 => KeyPair::generate_for(&PKCS_ED25519),
        };
        let pair = pair.map_err(failed)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, host);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let mut serial = self.bytes::<16>();
        serial[0] &= 0x7f;
        params.serial_number = Some(serial.to_vec().into());
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        params.not_before = epoch + since_epoch(now);
        params.not_after = epoch + since_epoch(now.after(LIFE));
        let certificate = params.self_signed(&pair).map_err(failed)?;
        let private_key = Secret::new(STANDARD.encode(pair.serialized_der()));
        Ok(FreshKey { private_key, certificate_pem: certificate.pem() })
    }
}

fn since_epoch(at: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(at.seconds()).unwrap_or(0))
}
