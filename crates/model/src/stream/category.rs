//! Which kinds of events a stream takes, in the original's words, and the type codes behind them.
//!
//! A table over all codes of the original, so that a code that is written some day is in its category
//! from its first day. Source: the `filters` of `/api/v2/log-streams`.

use crate::log::code::EventCode;

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident $word:literal $title:literal [$($code:literal)*];)+) => {
        /// A kind of events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Category {
            $($(#[$doc])* $name,)+
            /// What is in no other.
            Other,
        }

        impl Category {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Category] = &[$(Category::$name,)+ Category::Other];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Category::$name => $word,)+ Category::Other => "other" }
            }

            /// The name for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Category::$name => $title,)+ Category::Other => "Everything else" }
            }

            /// The category of a type code.
            #[must_use]
            pub fn of_code(code: &str) -> Self {
                match code {
                    $($($code)|* => Category::$name,)+
                    _ => Category::Other,
                }
            }
        }
    };
}

categories! {
    /// Logins that were refused.
    LoginFail "auth.login.fail" "Logins: failed"
        ["f" "fc" "fco" "fcoa" "fens" "fp" "fu" "du"];
    /// What happened on the way to a login.
    LoginNotification "auth.login.notification" "Logins: notes"
        ["w" "mfar" "pla" "scv" "depnote" "con" "coff"];
    /// Logins that worked.
    LoginSuccess "auth.login.success" "Logins: succeeded"
        ["s" "scoa" "sens"];
    /// Logouts that were refused.
    LogoutFail "auth.logout.fail" "Logouts: failed"
        ["flo" "federated_logout_failed" "oidc_backchannel_logout_failed" "universal_logout_failed"];
    /// Logouts that worked.
    LogoutSuccess "auth.logout.success" "Logouts: succeeded"
        ["slo" "oidc_backchannel_logout_succeeded" "universal_logout_succeeded"];
    /// Sign-ups that were refused.
    SignupFail "auth.signup.fail" "Sign-ups: failed" ["fs"];
    /// Sign-ups that worked.
    SignupSuccess "auth.signup.success" "Sign-ups: succeeded" ["ss"];
    /// Silent logins that need a person.
    SilentFail "auth.silent_auth.fail" "Silent logins: failed" ["fsa"];
    /// Silent logins that worked.
    SilentSuccess "auth.silent_auth.success" "Silent logins: succeeded" ["ssa"];
    /// Tokens that were refused.
    TokenFail "auth.token_exchange.fail" "Tokens: refused"
        ["feacft" "feccft" "fepft" "fertft" "ferrt" "feoobft" "feotpft" "fercft" "fede" "fepotpft" "fecte"
         "feta" "fd" "fpar" "fdeaz" "fdeac" "fdecc" "ciba_start_failed" "ciba_exchange_failed"
         "idjag_exchange_failed" "jwt_bearer_exchange_failed" "failed_on_behalf_of_token_exchange"];
    /// Tokens that were issued or taken back.
    TokenSuccess "auth.token_exchange.success" "Tokens: issued"
        ["seacft" "seccft" "sepft" "sertft" "srrt" "seoobft" "seotpft" "sercft" "sede" "sepkoobft" "sepkotpft"
         "sepkrcft" "secte" "seta" "sd" "ciba_start_succeeded" "ciba_exchange_succeeded"
         "idjag_exchange_succeeded" "success_on_behalf_of_token_exchange"];
    /// Administration that was refused.
    ManagementFail "management.fail" "Administration: refused" ["fapi"];
    /// Administration that was done.
    ManagementSuccess "management.success" "Administration: done" ["sapi" "mgmt_api_read"];
    /// Provisioning by another directory.
    Scim "scim.event" "Provisioning" ["sscim" "fscim"];
    /// The service itself, its limits, and what guards it.
    System "system.notification" "Limits and the service itself"
        ["api_limit" "api_limit_warning" "limit_ui" "limit_delegation" "limit_wc" "limit_mu" "limit_sul"
         "pwd_leak" "signup_pwd_leak" "reset_pwd_leak" "fcpro" "appi" "acls_summary" "acul_sdk_notice"
         "custom_domain_verification_failed" "resource_cleanup" "too_many_records" "fn" "wn" "wum"
         "admin_update_launch" "sys_os_update_start" "sys_os_update_end" "sys_update_start" "sys_update_end"];
    /// Changes of people that were refused.
    UserFail "user.fail" "People: changes refused"
        ["fcp" "fcpr" "fcph" "fce" "fcu" "fcpn" "fv" "fvr" "fdu" "fpurh" "fui" "fi"];
    /// What people were sent, and their second factors.
    UserNotification "user.notification" "People: notes"
        ["cs" "cls" "ublkdu" "gd_start_auth" "gd_start_enroll" "gd_enrollment_complete" "gd_auth_succeed"
         "gd_auth_failed" "gd_auth_rejected" "gd_send_pn" "gd_send_sms" "gd_send_email" "gd_send_voice"
         "gd_recovery_succeed" "gd_recovery_failed" "gd_unenroll" "gd_update_device_account"
         "gd_otp_rate_limit_exceed" "gd_recovery_rate_limit_exceed"];
    /// Changes of people that were made.
    UserSuccess "user.success" "People: changes made"
        ["scp" "scpr" "scph" "sce" "scu" "scpn" "sv" "svr" "sdu" "sui" "si" "organization_member_added"];
    /// Code of the tenant's own.
    Actions "actions" "Actions" ["actions_execution_failed"];
}

impl Category {
    /// The category of an event.
    #[must_use]
    pub fn of(code: EventCode) -> Self {
        Self::of_code(code.as_str())
    }

    /// Reads the word.
    ///
    /// ```
    /// use doorward_model::stream::Category;
    /// assert_eq!(Category::parse("auth.login.fail"), Some(Category::LoginFail));
    /// assert_eq!(Category::parse("auth.login"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|category| category.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::code::Level;

    #[test]
    fn a_category_that_says_how_it_went_holds_what_went_so() {
        for code in EventCode::ALL {
            let word = Category::of(*code).as_str();
            let level = code.level();
            assert!(!word.ends_with(".fail") || level != Level::Success, "{code:?} is in {word}");
            assert!(!word.ends_with(".success") || level != Level::Failure, "{code:?} is in {word}");
        }
    }

    #[test]
    fn every_word_is_read_back_and_stands_for_one_category() {
        for category in Category::ALL {
            assert_eq!(Category::parse(category.as_str()), Some(*category));
        }
        assert_eq!(Category::of_code("a code of next year"), Category::Other);
    }
}
