//! Type codes of the original that nothing here writes, and why.
//!
//! A star stands for whatever follows. Who moves over with filters and alerts of their own finds here which of them will stay silent.

/// Codes that share a reason.
#[derive(Debug, Clone, Copy)]
pub struct Absent {
    /// The codes, as on the original's wire.
    pub codes: &'static [&'static str],
    /// Why they are not written, as a sentence.
    pub why: &'static str,
}

const fn absent(why: &'static str, codes: &'static [&'static str]) -> Absent {
    Absent { codes, why }
}

/// All of them.
pub const ABSENT: &[Absent] = &[
    absent(
        "People cannot sign up by themselves yet; accounts are made by admins and programs.",
        &["ss", "fs"],
    ),
    absent(
        "No mails and no messages are sent yet.",
        &["cs", "cls", "fn", "sv", "fv", "svr", "fvr", "scpr", "fcpr", "fepotpft"],
    ),
    absent(
        "Connections know people by their email address; there are no user names to change.",
        &["scu", "fcu"],
    ),
    absent("A user that may be deleted is deleted; who may not, is refused with fapi.", &["fdu"]),
    absent("A user who was deleted has no session and no token left to log in with.", &["du"]),
    absent(
        "Connections are kept in the database here; there are no connectors, directories or providers yet.",
        &[
            "fc",
            "con",
            "coff",
            "fcpro",
            "sens",
            "fens",
            "scv",
            "directory_sync_started",
            "directory_sync_completed",
            "directory_sync_failed",
            "federated_logout_failed",
            "custom_domain_verification_failed",
        ],
    ),
    absent(
        "Pages log in at the login page only; there is no cross-origin authentication.",
        &["scoa", "fcoa"],
    ),
    absent(
        "There are no rules, hooks, actions, flows or forms yet.",
        &[
            "w",
            "fcph",
            "scph",
            "fpurh",
            "wn",
            "wum",
            "actions_execution_failed",
            "flows_execution_*",
            "forms_submission_*",
        ],
    ),
    absent(
        "There is no second factor yet.",
        &[
            "mfar",
            "seoobft",
            "feoobft",
            "seotpft",
            "feotpft",
            "sercft",
            "fercft",
            "gd_start_auth",
            "gd_start_enroll",
            "gd_start_enroll_failed",
            "gd_enrollment_complete",
            "gd_auth_succeed",
            "gd_auth_failed",
            "gd_auth_rejected",
            "gd_auth_email_verification",
            "gd_send_pn",
            "gd_send_sms",
            "gd_send_email",
            "gd_send_voice",
            "gd_send_email_verification",
            "gd_recovery_succeed",
            "gd_recovery_failed",
            "gd_otp_rate_limit_exceed",
            "gd_recovery_rate_limit_exceed",
            "gd_unenroll",
            "gd_update_device_account",
            "gd_tenant_update",
            "gd_module_switch",
            "gd_user_delete",
            "gd_webauthn_*",
        ],
    ),
    absent("There are no passkeys yet.", &["sepkoobft", "sepkotpft", "sepkrcft", "passkey_challenge_*"]),
    absent(
        "The grant is not offered.",
        &[
            "secte",
            "fecte",
            "seta",
            "feta",
            "sd",
            "fd",
            "ciba_start_succeeded",
            "ciba_start_failed",
            "ciba_exchange_succeeded",
            "ciba_exchange_failed",
            "idjag_exchange_*",
            "jwt_bearer_exchange_failed",
            "success_on_behalf_of_token_exchange",
            "limit_delegation",
        ],
    ),
    absent("Users are not imported in bulk yet.", &["sui", "fui", "too_many_records"]),
    absent("There are no organizations and no invitations.", &["si", "fi", "organization_member_added"]),
    absent("Userinfo has no limit of its own.", &["limit_ui"]),
    absent("Wrong passwords are limited, right ones are not.", &["limit_sul", "pla"]),
    absent(
        "Passwords are not compared with lists of leaked ones.",
        &["pwd_leak", "signup_pwd_leak", "reset_pwd_leak"],
    ),
    absent(
        "Nothing of what is served is about to end, and nothing is removed for being too many.",
        &["depnote", "resource_cleanup"],
    ),
    absent(
        "Other servers are not told of a logout.",
        &["oidc_backchannel_logout_succeeded", "oidc_backchannel_logout_failed", "universal_logout_*"],
    ),
    absent(
        "It belongs to how the original is run.",
        &[
            "admin_update_launch",
            "sys_os_update_start",
            "sys_os_update_end",
            "sys_update_start",
            "sys_update_end",
            "appi",
            "acls_summary",
            "acul_sdk_notice",
            "kms_key_*",
            "rich_consents_access_error",
            "ss_sso_success",
            "ss_sso_failure",
            "ss_sso_info",
        ],
    ),
    absent(
        "The interface does not exist here.",
        &["sscim", "fscim", "connected_accounts_*", "my_account_authentication_method_*"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::code::EventCode;

    #[test]
    fn what_is_written_is_not_said_to_be_absent_and_no_code_stands_twice() {
        let all: Vec<&str> = ABSENT.iter().flat_map(|absent| absent.codes).copied().collect();
        for (at, code) in all.iter().enumerate() {
            assert!(!all[..at].contains(code), "{code} stands twice");
            assert!(EventCode::ALL.iter().all(|known| known.as_str() != *code), "{code} is written");
        }
        assert!(ABSENT.iter().all(|absent| absent.why.ends_with('.')));
    }
}
