//! What the crypto library calls the algorithms: one line each, and none by default.
//!
//! Source: RFC 7518 §3.3 (RSASSA-PKCS1-v1_5), §3.4 (ECDSA: the two numbers side by side), §3.5
//! (RSASSA-PSS); RFC 8037 §3.1 (EdDSA).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, VerificationAlgorithm,
};
use doorward_model::client::credential::CredentialAlgorithm;
use doorward_model::signing_alg::SigningAlg;

/// How an RSA key signs; none for what is signed with another key.
pub(super) fn rsa_encoding(algorithm: SigningAlg) -> Option<&'static dyn RsaEncoding> {
    match algorithm {
        SigningAlg::RS256 => Some(&RSA_PKCS1_SHA256),
        SigningAlg::RS384 => Some(&RSA_PKCS1_SHA384),
        SigningAlg::RS512 => Some(&RSA_PKCS1_SHA512),
        SigningAlg::PS256 => Some(&RSA_PSS_SHA256),
        SigningAlg::PS384 => Some(&RSA_PSS_SHA384),
        SigningAlg::PS512 => Some(&RSA_PSS_SHA512),
        SigningAlg::HS256 | SigningAlg::ES256 | SigningAlg::EdDSA => None,
    }
}

/// How a signature of the tenant's key is verified; none for what a secret signs.
pub(super) fn of_tenant(algorithm: SigningAlg) -> Option<&'static dyn VerificationAlgorithm> {
    match algorithm {
        SigningAlg::HS256 => None,
        SigningAlg::RS256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        SigningAlg::RS384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        SigningAlg::RS512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        SigningAlg::PS256 => Some(&RSA_PSS_2048_8192_SHA256),
        SigningAlg::PS384 => Some(&RSA_PSS_2048_8192_SHA384),
        SigningAlg::PS512 => Some(&RSA_PSS_2048_8192_SHA512),
        SigningAlg::ES256 => Some(&ECDSA_P256_SHA256_FIXED),
        SigningAlg::EdDSA => Some(&ED25519),
    }
}

/// How a signature of a client's key is verified.
pub(super) fn of_client(algorithm: CredentialAlgorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        CredentialAlgorithm::RS256 => &RSA_PKCS1_2048_8192_SHA256,
        CredentialAlgorithm::RS384 => &RSA_PKCS1_2048_8192_SHA384,
        CredentialAlgorithm::RS512 => &RSA_PKCS1_2048_8192_SHA512,
        CredentialAlgorithm::PS256 => &RSA_PSS_2048_8192_SHA256,
        CredentialAlgorithm::PS384 => &RSA_PSS_2048_8192_SHA384,
        CredentialAlgorithm::PS512 => &RSA_PSS_2048_8192_SHA512,
        CredentialAlgorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
        CredentialAlgorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
        CredentialAlgorithm::EdDSA => &ED25519,
    }
}
