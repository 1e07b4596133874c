//! What is settled from flags and files, and what is refused.

use super::*;

fn first(flags: &InstallationFlags, server: &ServerFlags) -> Result<Settled, Failure> {
    let folder = tempfile::tempdir().unwrap();
    settle(folder.path(), flags, server)
}

fn installation(domain: &str) -> InstallationFlags {
    InstallationFlags { domain: Some(domain.into()), ..InstallationFlags::default() }
}

#[test]
fn without_a_word_it_is_localhost_over_http() {
    let settled = first(&InstallationFlags::default(), &ServerFlags::default()).ok().unwrap();
    assert_eq!(settled.installation.issuer.as_str(), "http://localhost:3667/");
    assert_eq!(settled.server.address.to_string(), "127.0.0.1:3667");
    assert!(settled.installation.is_embedded());
}

#[test]
fn the_default_domain_follows_the_port_and_the_other_way_round() {
    let server = ServerFlags { port: Some(4000), ..ServerFlags::default() };
    let settled = first(&InstallationFlags::default(), &server).ok().unwrap();
    assert_eq!(settled.installation.issuer.as_str(), "http://localhost:4000/");
    let settled = first(&installation("localhost:5000"), &ServerFlags::default()).ok().unwrap();
    assert_eq!(settled.server.address.port(), 5000);
}

#[test]
fn http_is_for_loopback_only_and_the_failure_names_both_ways_out() {
    for domain in ["id.acme.test", "192.168.1.2:3667", "localhost.evil.test"] {
        let failure = first(&installation(domain), &ServerFlags::default()).err().unwrap();
        assert_eq!(failure.exit, Exit::Usage);
        let text = failure.to_string();
        assert!(text.contains("--https") && text.contains("--issuer"), "{text}");
    }
    for domain in ["localhost:3667", "127.0.0.1:3667", "[::1]:3667", "shop.localhost"] {
        assert!(first(&installation(domain), &ServerFlags::default()).is_ok(), "{domain}");
    }
}

#[test]
fn a_fixed_setting_that_differs_later_is_refused_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerFlags::default();
    settle(folder.path(), &installation("localhost:3667"), &server).ok().unwrap().keep().unwrap();
    assert!(settle(folder.path(), &installation("localhost:3667"), &server).is_ok());
    assert!(settle(folder.path(), &InstallationFlags::default(), &server).is_ok_and(|s| s.is_installed));
    let failure = settle(folder.path(), &installation("localhost:4000"), &server).err().unwrap();
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.to_string().contains("localhost:3667"), "{failure}");
    let issuer = InstallationFlags { issuer: Some("https://id.test".into()), ..InstallationFlags::default() };
    assert_eq!(settle(folder.path(), &issuer, &server).err().unwrap().exit, Exit::Usage);
    let https = InstallationFlags { https: Some(true), ..InstallationFlags::default() };
    assert_eq!(settle(folder.path(), &https, &server).err().unwrap().exit, Exit::Usage);
    let same =
        InstallationFlags { issuer: Some("http://localhost:3667".into()), ..InstallationFlags::default() };
    assert!(settle(folder.path(), &same, &server).is_ok());
}

#[test]
fn another_port_is_refused_unless_something_passes_the_address_on() {
    let folder = tempfile::tempdir().unwrap();
    let port = |port| ServerFlags { port: Some(port), ..ServerFlags::default() };
    let plain = InstallationFlags::default();
    settle(folder.path(), &plain, &port(4000)).ok().unwrap().keep().unwrap();
    assert!(settle(folder.path(), &plain, &port(4000)).is_ok());
    let failure = settle(folder.path(), &plain, &port(5000)).err().unwrap();
    assert_eq!(failure.exit, Exit::Usage);
    let text = failure.to_string();
    assert!(text.contains("http://localhost:4000/") && text.contains("5000"), "{text}");
    let mapped = settle(folder.path(), &installation("localhost:4000"), &port(5000)).ok().unwrap();
    assert_eq!(mapped.server.address.port(), 5000);

    let folder = tempfile::tempdir().unwrap();
    let behind = InstallationFlags { issuer: Some("https://id.acme.test".into()), ..plain.clone() };
    settle(folder.path(), &behind, &port(4000)).ok().unwrap().keep().unwrap();
    assert_eq!(settle(folder.path(), &plain, &port(5000)).ok().unwrap().server.address.port(), 5000);
}

#[test]
fn port_zero_is_refused() {
    let server = ServerFlags { port: Some(0), ..ServerFlags::default() };
    assert_eq!(first(&InstallationFlags::default(), &server).err().unwrap().exit, Exit::Usage);
}

#[test]
fn the_sealing_key_that_the_first_start_named_is_found_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let flags = InstallationFlags {
        database: Some("postgres://db/x".into()),
        master_key_file: Some("key".into()),
        ..InstallationFlags::default()
    };
    settle(folder.path(), &flags, &ServerFlags::default()).ok().unwrap().keep().unwrap();
    let found = installed(folder.path(), None).ok().unwrap().master_key_file.unwrap();
    assert_eq!(found, std::path::absolute("key").unwrap(), "also from another folder");
}

#[test]
fn the_database_is_fixed_too_and_its_password_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerFlags::default();
    settle(folder.path(), &InstallationFlags::default(), &server).ok().unwrap().keep().unwrap();
    let other = InstallationFlags {
        database: Some("postgres://me:hunter2@db/x".into()),
        ..InstallationFlags::default()
    };
    let failure = settle(folder.path(), &other, &server).err().unwrap();
    assert_eq!(failure.exit, Exit::Usage);
    assert!(!failure.to_string().contains("hunter2"), "{failure}");
}

#[test]
fn postgresql_without_a_shared_sealing_key_is_refused() {
    let flags =
        InstallationFlags { database: Some("postgres://db/x".into()), ..InstallationFlags::default() };
    let failure = first(&flags, &ServerFlags::default()).err().unwrap();
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.to_string().contains("DOORWARD_MASTER_KEY_FILE"), "{failure}");
    let flags = InstallationFlags { master_key_file: Some("/k".into()), ..flags };
    assert!(first(&flags, &ServerFlags::default()).is_ok());
}

#[test]
fn a_proxy_that_ends_tls_needs_only_the_issuer() {
    let flags =
        InstallationFlags { issuer: Some("https://id.acme.test".into()), ..InstallationFlags::default() };
    let settled = first(&flags, &ServerFlags::default()).ok().unwrap();
    assert_eq!(settled.server.tls, Tls::Off);
    assert_eq!(settled.server.address.port(), DEFAULT_PORT);
    assert_eq!(settled.installation.issuer.as_str(), "https://id.acme.test/");
}

#[test]
fn domain_and_issuer_must_agree() {
    let flags =
        InstallationFlags { issuer: Some("https://id.acme.test".into()), ..installation("other.test") };
    assert_eq!(first(&flags, &ServerFlags::default()).err().unwrap().exit, Exit::Usage);
}

#[test]
fn the_limit_of_the_api_is_off_and_a_flag_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let read = |flags: &ServerFlags| settle(folder.path(), &InstallationFlags::default(), flags);
    let usual = read(&ServerFlags::default()).ok().unwrap().server.api_limit;
    assert_eq!(usual, ApiLimit { is_on: false, per_second: 50, burst: 100 });
    std::fs::write(path(folder.path()), "api_limit = true\napi_rate = 7\n").unwrap();
    let flags = ServerFlags { api_rate: Some(8), ..ServerFlags::default() };
    let limit = read(&flags).ok().unwrap().server.api_limit;
    assert_eq!(limit, ApiLimit { is_on: true, per_second: 8, burst: 100 });
    std::fs::write(path(folder.path()), "api_burst = 0\n").unwrap();
    assert_eq!(read(&ServerFlags::default()).err().unwrap().exit, Exit::Usage);
}

#[test]
fn half_a_certificate_is_refused() {
    let server = ServerFlags { tls_cert: Some("a.pem".into()), ..ServerFlags::default() };
    assert_eq!(first(&InstallationFlags::default(), &server).err().unwrap().exit, Exit::Usage);
}

#[test]
fn the_same_words_are_taken_again_however_they_are_spelt() {
    for (domain, https, stored) in [
        ("ID.Acme.Test", true, "https://id.acme.test/"),
        ("id.acme.test:443", true, "https://id.acme.test/"),
        ("LOCALHOST:80", false, "http://localhost/"),
        ("bücher.test", true, "https://xn--bcher-kva.test/"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let flags = InstallationFlags { https: Some(https), ..installation(domain) };
        let server = ServerFlags::default();
        let first = settle(folder.path(), &flags, &server).ok().unwrap();
        assert_eq!(first.installation.issuer.as_str(), stored);
        first.keep().unwrap();
        let again = settle(folder.path(), &flags, &server);
        assert!(again.is_ok_and(|again| again.installation.issuer.as_str() == stored), "{domain}");
        let issuer = InstallationFlags { issuer: Some(stored.to_uppercase()), ..installation(domain) };
        assert!(settle(folder.path(), &issuer, &server).is_ok(), "{domain} beside its issuer");
    }
}

#[test]
fn an_https_installation_is_not_served_over_http_by_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerFlags::default();
    let https = |https| InstallationFlags { https: Some(https), ..InstallationFlags::default() };
    settle(folder.path(), &https(true), &server).ok().unwrap().keep().unwrap();
    let again = settle(folder.path(), &InstallationFlags::default(), &server).ok().unwrap();
    assert_eq!(again.server.tls, Tls::Local);
    let failure = settle(folder.path(), &https(false), &server).err().unwrap();
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.to_string().contains("--issuer https://localhost:3667/"), "{failure}");
    let behind_a_proxy = InstallationFlags { issuer: Some("https://localhost:3667/".into()), ..https(false) };
    assert_eq!(settle(folder.path(), &behind_a_proxy, &server).ok().unwrap().server.tls, Tls::Off);
}

#[test]
fn the_certificate_that_the_first_start_named_is_found_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerFlags {
        tls_cert: Some("chain.pem".into()),
        tls_key: Some("/etc/key.pem".into()),
        ..ServerFlags::default()
    };
    settle(folder.path(), &installation("id.acme.test"), &server).ok().unwrap().keep().unwrap();
    let again = settle(folder.path(), &InstallationFlags::default(), &ServerFlags::default()).ok().unwrap();
    let cert = std::path::absolute("chain.pem").unwrap();
    assert_eq!(again.server.tls, Tls::Files { cert, key: "/etc/key.pem".into() });
    let off = InstallationFlags { https: Some(false), ..InstallationFlags::default() };
    assert_eq!(settle(folder.path(), &off, &ServerFlags::default()).err().unwrap().exit, Exit::Usage);
}

#[test]
fn a_flag_wins_over_the_config_file_and_that_over_the_kept_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("extra.toml");
    std::fs::write(&config, "port = 4001\nlisten = \"127.0.0.2\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n")
        .unwrap();
    std::fs::write(path(folder.path()), "port = 4002\nlisten = \"127.0.0.3\"\napi_rate = 9\n").unwrap();
    let flags = ServerFlags { port: Some(4000), config: Some(config), ..ServerFlags::default() };
    let server = settle(folder.path(), &InstallationFlags::default(), &flags).ok().unwrap().server;
    assert_eq!(server.address.to_string(), "127.0.0.2:4000");
    assert_eq!(server.trusted_proxies, ["10.0.0.0/8".parse().unwrap()]);
    assert_eq!(server.api_limit.per_second, 9);
    let flags = ServerFlags { config: Some("nowhere.toml".into()), ..ServerFlags::default() };
    let failure = settle(folder.path(), &InstallationFlags::default(), &flags).err().unwrap();
    assert_eq!(failure.exit, Exit::NotFound);
}

fn checked(flags: &InstallationFlags, server: &ServerFlags) -> Result<(), Failure> {
    first(flags, server)?.check_listen()
}

#[test]
fn plain_http_is_offered_to_this_machine_alone() {
    let listen =
        |listen: &str| ServerFlags { listen: Some(listen.parse().unwrap()), ..ServerFlags::default() };
    for open in ["0.0.0.0", "::", "192.168.1.2"] {
        let failure = checked(&InstallationFlags::default(), &listen(open)).err().unwrap();
        assert_eq!(failure.exit, Exit::Usage);
        let text = failure.to_string();
        assert!(text.contains("--https") && text.contains("--issuer") && text.contains(open), "{text}");
        let proxied =
            InstallationFlags { issuer: Some("https://id.test".into()), ..InstallationFlags::default() };
        assert!(checked(&proxied, &listen(open)).is_ok(), "a proxy elsewhere");
        let https = InstallationFlags { https: Some(true), ..InstallationFlags::default() };
        assert!(checked(&https, &listen(open)).is_ok());
    }
    for own in ["127.0.0.1", "::1"] {
        assert!(checked(&InstallationFlags::default(), &listen(own)).is_ok());
    }
}

#[test]
fn an_empty_issuer_is_said_to_be_empty() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(path(folder.path()), "issuer = \"\"\n").unwrap();
    let failure =
        settle(folder.path(), &InstallationFlags::default(), &ServerFlags::default()).err().unwrap();
    assert!(failure.to_string().contains("An empty text cannot be the issuer."), "{failure}");
}
