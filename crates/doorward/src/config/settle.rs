//! From flags and files to one answer, or to a sentence that says which two contradict each other.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use doorward_model::tenant::Issuer;
use doorward_web::rate::ApiLimit;

use super::file::{self, File};
use super::flags::{InstallationFlags, ServerFlags};
use super::{DEFAULT_PORT, Installation, Server, Tls, path};
use crate::failure::{Exit, Failure};

/// Settles what `serve` and `init` need. On the first start nothing is written yet: see
/// [`Settled::keep`].
pub struct Settled {
    /// What is fixed for good.
    pub installation: Installation,
    /// How this process serves.
    pub server: Server,
    /// Whether the installation is written down already.
    pub is_installed: bool,
    keep: File,
}

impl Settled {
    /// Writes down what this first start fixed.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub fn keep(&self) -> Result<(), Failure> {
        if self.is_installed { Ok(()) } else { file::add(&path(&self.installation.data), &self.keep) }
    }

    /// Whether the issuer, which is fixed, decides the port.
    #[must_use]
    pub fn port_is_fixed(&self) -> bool {
        self.is_installed && is_loopback(self.installation.issuer.host())
    }
}

/// Settles flags, variables and files.
///
/// # Errors
/// With exit 2 when two sources contradict each other, or when the result could not be served.
pub fn settle(data: &Path, flags: &InstallationFlags, server: &ServerFlags) -> Result<Settled, Failure> {
    let stored = file::read(&path(data))?.unwrap_or_default();
    let extra = match &server.config {
        Some(path) => file::read(path)?.ok_or_else(|| {
            Failure::new(
                Exit::NotFound,
                format!("{} does not exist.", path.display()),
                "--config names a file that must be there.",
                "Correct the path, or leave --config out.",
            )
        })?,
        None => File::default(),
    };
    let is_installed = stored.issuer.is_some();
    let port = server.port.or(extra.port).or(stored.port);
    let tls_files = tls_files(server, &extra, &stored)?;
    let api_limit = api_limit(server, &extra, &stored)?;
    let https = flags.https.or(extra.https).or(stored.https).unwrap_or(false);

    let domain = fixed("domain", [&flags.domain, &extra.domain, &stored.domain], Clone::clone)?;
    let issuer = fixed("issuer", [&flags.issuer, &extra.issuer, &stored.issuer], |text| with_slash(text))?;
    let database = fixed("database", [&flags.database, &extra.database, &stored.database], Clone::clone)?;
    let issuer = issuer_of(issuer, domain, https || tls_files.is_some(), port)?;
    let tls = match tls_files {
        Some(files) => files,
        None if https => Tls::Local,
        None => Tls::Off,
    };
    check_scheme(&issuer, &tls)?;

    let listen = server.listen.or(extra.listen).or(stored.listen);
    let trusted_proxies = server.trusted_proxies.clone().or(extra.trusted_proxies).or(stored.trusted_proxies);
    let given_key = flags.master_key_file.as_ref().or(extra.master_key_file.as_ref());
    let keep = File {
        domain: stored.domain.is_none().then(|| issuer.host().to_owned()),
        issuer: Some(issuer.to_string()),
        https: stored.https.is_none().then_some(https),
        database: stored.database.is_none().then(|| database.clone().unwrap_or_else(|| "sqlite".to_owned())),
        // Every other command finds it here, wherever it is started.
        master_key_file: match &stored.master_key_file {
            None => given_key.and_then(|file| std::path::absolute(file).ok()),
            Some(_) => None,
        },
        port: if stored.port.is_none() { port } else { None },
        ..File::default()
    };
    let installation = Installation {
        data: data.to_owned(),
        database: database.unwrap_or_else(|| "sqlite".to_owned()),
        master_key_file: given_key.cloned().or(stored.master_key_file),
        issuer,
    };
    check_master_key(&installation)?;
    let is_mapped =
        [&flags.domain, &extra.domain, &flags.issuer, &extra.issuer].into_iter().any(Option::is_some);
    if is_installed && !is_mapped {
        check_port(&installation.issuer, server.port.or(extra.port), stored.port)?;
    }
    let port = port.unwrap_or_else(|| own_port(&installation.issuer));
    if port == 0 {
        return Err(Failure::usage(
            "Port 0 cannot be served.",
            "The system would choose another port, which the issuer does not name.",
            format!("Give a port from 1 to 65535, for example --port {DEFAULT_PORT}."),
        ));
    }
    let server = Server {
        address: Server::address(listen, port),
        trusted_proxies: trusted_proxies.unwrap_or_default(),
        tls,
        api_limit,
    };
    Ok(Settled { installation, server, is_installed, keep })
}

/// Reads what an earlier start fixed, for every command but `serve` and `init`.
///
/// # Errors
/// With exit 3 when there is no installation in the folder.
pub fn installed(data: &Path, master_key_file: Option<PathBuf>) -> Result<Installation, Failure> {
    let flags = InstallationFlags { master_key_file, ..InstallationFlags::default() };
    let settled = settle(data, &flags, &ServerFlags::default())?;
    if settled.is_installed {
        return Ok(settled.installation);
    }
    Err(Failure::new(
        Exit::NotFound,
        format!("There is no installation in {}.", data.display()),
        "The folder holds no doorward.toml that names an issuer.",
        format!(
            "Name the right folder with --data DIR, or make one: doorward init --data {}",
            data.display()
        ),
    ))
}

/// The value of a key that cannot change: the first of `[flag, --config, stored]`, and an error
/// when a later one says otherwise.
fn fixed(
    key: &str,
    [flag, extra, stored]: [&Option<String>; 3],
    normal: impl Fn(&String) -> String,
) -> Result<Option<String>, Failure> {
    if let (Some(given), Some(kept)) = (flag.as_ref().or(extra.as_ref()), stored.as_ref())
        && normal(given) != normal(kept)
    {
        // A database address may hold a password: it is not repeated.
        let (given, kept) = if key == "database" {
            ("another one", "a different one")
        } else {
            (given.as_str(), kept.as_str())
        };
        return Err(Failure::usage(
            format!("The {key} of this installation cannot be changed."),
            format!("It was fixed as {kept} at the first start, and now {given} is asked for."),
            format!("Leave --{key} out, or start a new installation with another --data DIR."),
        ));
    }
    Ok(stored.as_ref().or(flag.as_ref()).or(extra.as_ref()).cloned())
}

fn with_slash(text: &str) -> String {
    Issuer::parse(text).map_or_else(|_| text.to_owned(), |issuer| issuer.to_string())
}

fn issuer_of(
    issuer: Option<String>,
    domain: Option<String>,
    https: bool,
    port: Option<u16>,
) -> Result<Issuer, Failure> {
    let wrong = |text: &str, why: &dyn std::fmt::Display| {
        Failure::usage(
            format!("{text} cannot be the issuer."),
            why.to_string(),
            "Give --domain as HOST[:PORT], or --issuer as https://HOST[:PORT]/.",
        )
    };
    if let Some(text) = issuer {
        let issuer = Issuer::parse(&text).map_err(|error| wrong(&text, &error))?;
        if let Some(domain) = domain.filter(|domain| domain != issuer.host()) {
            return Err(Failure::usage(
                "Domain and issuer contradict each other.",
                format!("The domain is {domain}, and the issuer {issuer} is at {}.", issuer.host()),
                "Leave --domain out when --issuer is given.",
            ));
        }
        return Ok(issuer);
    }
    let domain = domain.unwrap_or_else(|| format!("localhost:{}", port.unwrap_or(DEFAULT_PORT)));
    let text = format!("{}://{domain}", if https { "https" } else { "http" });
    let issuer = Issuer::parse(&text).map_err(|error| wrong(&text, &error))?;
    Ok(issuer)
}

/// The port to listen on when none is given: the issuer's own when a person on this machine is
/// meant to reach it directly.
fn own_port(issuer: &Issuer) -> u16 {
    let (_, port) = split_port(issuer.host());
    if is_loopback(issuer.host()) { port.unwrap_or(DEFAULT_PORT) } else { DEFAULT_PORT }
}

/// A person on this machine reaches the port itself, and it is part of the issuer: at another one every
/// request would be for somebody else.
fn check_port(issuer: &Issuer, given: Option<u16>, kept: Option<u16>) -> Result<(), Failure> {
    let kept = kept.unwrap_or_else(|| own_port(issuer));
    let Some(given) = given.filter(|given| *given != kept) else { return Ok(()) };
    if !is_loopback(issuer.host()) || split_port(issuer.host()).1 == Some(given) {
        return Ok(());
    }
    Err(Failure::usage(
        "The port of this installation cannot be changed.",
        format!("Its issuer was fixed as {issuer} at the first start, and now port {given} is asked for."),
        format!(
            "Leave --port out, or start a new installation with another --data DIR. When something passes \
             {issuer} on to port {given}, say so with --issuer {issuer}"
        ),
    ))
}

fn split_port(host: &str) -> (&str, Option<u16>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (host, None),
    }
}

/// Whether a host is this machine itself, for which browsers keep Secure cookies without TLS.
fn is_loopback(host: &str) -> bool {
    let (name, _) = split_port(host);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn check_scheme(issuer: &Issuer, tls: &Tls) -> Result<(), Failure> {
    if !issuer.is_https() && !is_loopback(issuer.host()) {
        return Err(Failure::usage(
            format!("{issuer} cannot be served over http."),
            "Browsers keep the session cookie over http only on this machine itself (localhost).",
            "Add --https, or give --issuer https://… when a proxy in front ends TLS.",
        ));
    }
    if !issuer.is_https() && *tls != Tls::Off {
        return Err(Failure::usage(
            "This installation is reached over http, and now TLS is asked for.",
            format!("Its issuer was fixed as {issuer} at the first start."),
            "Leave --https and --tls-cert out, or start a new installation with another --data DIR.",
        ));
    }
    Ok(())
}

fn check_master_key(installation: &Installation) -> Result<(), Failure> {
    if installation.is_embedded() || installation.master_key_file.is_some() {
        return Ok(());
    }
    Err(Failure::usage(
        "PostgreSQL needs a sealing key that all nodes share.",
        "DOORWARD_MASTER_KEY_FILE is not set, and a key in one node's data folder would be of no use to the others.",
        "Set DOORWARD_MASTER_KEY_FILE to a file that every node reads; it is made there when it does not exist yet.",
    ))
}

fn api_limit(flags: &ServerFlags, extra: &File, stored: &File) -> Result<ApiLimit, Failure> {
    let usual = ApiLimit::default();
    let limit = ApiLimit {
        is_on: flags.api_limit.or(extra.api_limit).or(stored.api_limit).unwrap_or(usual.is_on),
        per_second: flags.api_rate.or(extra.api_rate).or(stored.api_rate).unwrap_or(usual.per_second),
        burst: flags.api_burst.or(extra.api_burst).or(stored.api_burst).unwrap_or(usual.burst),
    };
    if limit.per_second == 0 || limit.burst == 0 {
        return Err(Failure::usage(
            "The limit of the Management API lets nobody in.",
            "api_rate and api_burst must be at least 1.",
            "Give both a greater number, or leave them out for the usual ones.",
        ));
    }
    Ok(limit)
}

fn tls_files(flags: &ServerFlags, extra: &File, stored: &File) -> Result<Option<Tls>, Failure> {
    let cert = flags.tls_cert.clone().or(extra.tls_cert.clone()).or(stored.tls_cert.clone());
    let key = flags.tls_key.clone().or(extra.tls_key.clone()).or(stored.tls_key.clone());
    match (cert, key) {
        (Some(cert), Some(key)) => Ok(Some(Tls::Files { cert, key })),
        (None, None) => Ok(None),
        _ => Err(Failure::usage(
            "A certificate and its key belong together.",
            "Only one of --tls-cert and --tls-key is given.",
            "Give both, or neither.",
        )),
    }
}

#[cfg(test)]
mod tests {
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
        let issuer =
            InstallationFlags { issuer: Some("https://id.test".into()), ..InstallationFlags::default() };
        assert_eq!(settle(folder.path(), &issuer, &server).err().unwrap().exit, Exit::Usage);
        let https = InstallationFlags { https: Some(true), ..InstallationFlags::default() };
        assert_eq!(settle(folder.path(), &https, &server).err().unwrap().exit, Exit::Usage);
        let same = InstallationFlags {
            issuer: Some("http://localhost:3667".into()),
            ..InstallationFlags::default()
        };
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
}
