//! From flags and files to one answer, or to a sentence that says which two contradict each other.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use doorward_model::tenant::Issuer;
use doorward_web::rate::ApiLimit;

use super::file::{self, File};
use super::flags::{InstallationFlags, ServerFlags};
use super::{DEFAULT_PORT, Installation, ReachSettings, Server, Tls, path};
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

    /// Whether what is to be served may be reached where it is to listen.
    ///
    /// # Errors
    /// When plain http would be offered to other machines.
    pub fn check_listen(&self) -> Result<(), Failure> {
        let (issuer, listen) = (&self.installation.issuer, self.server.address.ip());
        // Over plain http passwords and cookies go as they are.
        if issuer.is_https() || listen.is_loopback() {
            return Ok(());
        }
        Err(Failure::usage(
            format!("{issuer} cannot be served on {listen}."),
            "Over http passwords and cookies would cross the network for everybody to read.",
            "Leave --listen out (also listen in the settings file), or add --https in a new data folder, or give \
             --issuer https://… when a proxy in front ends TLS.",
        ))
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
    let extra = extra_file(server.config.as_deref())?;
    let is_installed = stored.issuer.is_some();
    let port = server.port.or(extra.port).or(stored.port);
    let tls_files = tls_files(server, &extra, &stored)?;
    let api_limit = api_limit(server, &extra, &stored)?;
    let reach = ReachSettings::settle(server, &extra, &stored);
    let https = flags.https.or(extra.https).or(stored.https).unwrap_or(false);

    let issuer = fixed("issuer", [&flags.issuer, &extra.issuer, &stored.issuer], |text| with_slash(text))?;
    let is_https = scheme_is_https(issuer.as_deref()).unwrap_or(https || tls_files.is_some());
    let domain =
        fixed("domain", [&flags.domain, &extra.domain, &stored.domain], |text| host(text, is_https))?;
    let database = fixed("database", [&flags.database, &extra.database, &stored.database], Clone::clone)?;
    let issuer = issuer_of(issuer, domain, is_https, port)?;
    let names_issuer = flags.issuer.is_some() || extra.issuer.is_some();
    let certificate = kept_certificate(tls_files.clone(), &stored);
    let kept_https = stored.https.filter(|_| is_installed);
    let tls = who_ends_tls(flags.https.or(extra.https), kept_https, tls_files, names_issuer, &issuer)?;
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
        ..certificate
    };
    let installation = Installation {
        data: data.to_owned(),
        database: database.unwrap_or_else(|| "sqlite".to_owned()),
        master_key_file: given_key.cloned().or(stored.master_key_file),
        issuer,
        has_started: [&stored.domain, &stored.issuer, &stored.database].into_iter().all(Option::is_some)
            && stored.https.is_some(),
    };
    check_master_key(&installation)?;
    let is_mapped =
        [&flags.domain, &extra.domain, &flags.issuer, &extra.issuer].into_iter().any(Option::is_some);
    if is_installed && !is_mapped {
        check_port(&installation.issuer, server.port.or(extra.port), stored.port)?;
    }
    let port = servable(port.unwrap_or_else(|| own_port(&installation.issuer)))?;
    let server = Server {
        address: Server::address(listen, port),
        trusted_proxies: trusted_proxies.unwrap_or_default(),
        reach,
        tls,
        api_limit,
        metrics: server.metrics_listen.or(extra.metrics_listen).or(stored.metrics_listen),
    };
    Ok(Settled { installation, server, is_installed, keep })
}

/// The file that `--config` names.
fn extra_file(named: Option<&Path>) -> Result<File, Failure> {
    let Some(path) = named else { return Ok(File::default()) };
    file::read(path)?.ok_or_else(|| {
        Failure::new(
            Exit::NotFound,
            format!("{} does not exist.", path.display()),
            "--config names a file that must be there.",
            "Correct the path, or leave --config out.",
        )
    })
}

fn servable(port: u16) -> Result<u16, Failure> {
    if port > 0 {
        return Ok(port);
    }
    Err(Failure::usage(
        "Port 0 cannot be served.",
        "The system would choose another port, which the issuer does not name.",
        format!("Give a port from 1 to 65535, for example --port {DEFAULT_PORT}."),
    ))
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

/// The host of a domain as the issuer writes it: in small letters, without the scheme's own port.
fn host(domain: &str, is_https: bool) -> String {
    let scheme = if is_https { "https" } else { "http" };
    Issuer::parse(&format!("{scheme}://{domain}"))
        .map_or_else(|_| domain.to_owned(), |issuer| issuer.host().to_owned())
}

fn scheme_is_https(issuer: Option<&str>) -> Option<bool> {
    issuer.and_then(|text| Issuer::parse(text).ok()).map(|issuer| issuer.is_https())
}

fn issuer_of(
    issuer: Option<String>,
    domain: Option<String>,
    https: bool,
    port: Option<u16>,
) -> Result<Issuer, Failure> {
    let wrong = |text: &str, why: &dyn std::fmt::Display| {
        let text = if text.trim().is_empty() { "An empty text" } else { text };
        Failure::usage(
            format!("{text} cannot be the issuer."),
            why.to_string(),
            "Give --domain as HOST[:PORT], or --issuer as https://HOST[:PORT]/, or correct these keys in the \
             settings file.",
        )
    };
    if let Some(text) = issuer {
        let issuer = Issuer::parse(&text).map_err(|error| wrong(&text, &error))?;
        if let Some(domain) = domain.filter(|domain| host(domain, https) != issuer.host()) {
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

/// Who ends TLS. An installation that did it itself and now should not would speak plain http at its
/// https address, unless somebody says that a proxy took over.
fn who_ends_tls(
    given: Option<bool>,
    kept: Option<bool>,
    files: Option<Tls>,
    names_issuer: bool,
    issuer: &Issuer,
) -> Result<Tls, Failure> {
    let https = given.or(kept).unwrap_or(false);
    if given != Some(false) || (files.is_none() && kept != Some(true)) {
        return Ok(files.unwrap_or(if https { Tls::Local } else { Tls::Off }));
    }
    if names_issuer {
        return Ok(Tls::Off);
    }
    Err(Failure::usage(
        "Doorward ends TLS itself here, and now it should not.",
        format!("With --https=no it would speak plain http at {issuer}"),
        format!(
            "Leave --https=no out (also DOORWARD_HTTPS). When a proxy in front ends TLS from now on, say so \
             with --https=no --issuer {issuer}"
        ),
    ))
}

/// The certificate that the first start named, so that a later one needs no flags to find it.
fn kept_certificate(given: Option<Tls>, stored: &File) -> File {
    let Some(Tls::Files { cert, key }) = given.filter(|_| stored.tls_cert.is_none()) else {
        return File::default();
    };
    File {
        tls_cert: std::path::absolute(cert).ok(),
        tls_key: std::path::absolute(key).ok(),
        ..File::default()
    }
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
mod tests;
