//! `doorward serve`: open, say so, answer until told to stop, and leave nothing behind.

pub mod accept;
pub mod busy;
mod lines;
mod logging;
pub mod metrics;
mod plain_lines;
mod welcome;

use std::path::Path;
use std::time::Duration;

use doorward_engine::setup;
use doorward_web::state::Web;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{self, Installation, InstallationFlags, Server, ServerFlags, Tls};
use crate::console::Console;
use crate::failure::Failure;
use crate::open;
use crate::tls::authority;
use crate::tls::reload::Certificates;
use crate::{cli, router};
use accept::TlsSettings;

/// How often the local authority's leaf is looked at; it is renewed a month before its end.
const LOOK_AT_LEAF: Duration = Duration::from_secs(12 * 3600);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start: settings, port, database, keys, certificates.
pub async fn serve(
    console: Console,
    data: &Path,
    flags: &InstallationFlags,
    server: &ServerFlags,
) -> Result<(), Failure> {
    let _rest = logging::start()?;
    let settled = config::settle(data, flags, server)?;
    settled.check_listen()?;
    let (installation, server) = (&settled.installation, &settled.server);
    let listener = TcpListener::bind(server.address)
        .await
        .map_err(|error| busy::explain(server.address, settled.port_is_fixed(), &error))?;
    let scraped = match server.metrics {
        Some(address) => Some(metrics::bind(address).await?),
        None => None,
    };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let app = open::start(installation, server.reach.open()?, workers).await?;
    let (opened, is_new) = open::ensure_installed(app, installation).await?;
    settled.keep()?;
    let tls = tls_settings(installation, server, &opened.app)?;
    let stop = stop_signal()?;
    let mut web =
        Web::new(opened.app.clone(), server.trusted_proxies.clone()).with_api_limit(server.api_limit);
    if server.tls == Tls::Off && installation.issuer.is_https() {
        web = web.with_tls_ended_before();
    }
    let router = router(web.clone());
    let scraped = scraped.map(|listener| tokio::spawn(metrics::serve(listener, web)));

    if console.terminal {
        let nobody = setup::is_pending(&opened.app).await;
        let nobody = nobody.map_err(|fault| Failure::of("The admins cannot be counted.", &fault))?;
        let link = if nobody { Some(cli::init::link(&opened, &installation.issuer).await?) } else { None };
        welcome::print(console, installation, &server.tls, &opened, welcome::First { is_new, link }).await;
    } else {
        console.line(&format!("ready {}", installation.issuer));
        if matches!(setup::is_pending(&opened.app).await, Ok(true)) {
            tracing::info!(
                "there is no admin yet; `doorward init --link --data {}` prints a link",
                data.display()
            );
        }
    }
    opened.app.deliver_streams();
    let app = opened.app.clone();
    let stop = async move {
        stop.await;
        // Who watches the log would else be waited for.
        app.wind_down();
    };
    accept::accept(listener, tls, router, stop).await;
    if let Some(scraped) = scraped {
        scraped.abort();
    }
    opened.close().await;
    Ok(())
}

fn tls_settings(
    installation: &Installation,
    server: &Server,
    app: &doorward_engine::app::App,
) -> Result<TlsSettings, Failure> {
    let cannot = |error| {
        Failure::failed(
            "The certificates cannot be used.",
            error,
            "Check the files, or move the tls folder away to have it made anew.",
        )
    };
    let (cert, key) = match &server.tls {
        Tls::Off => return Ok(None),
        Tls::Files { cert, key } => (cert.clone(), key.clone()),
        Tls::Local => {
            let (data, host) = (installation.data.clone(), installation.issuer.host().to_owned());
            let files = authority::ensure(&data, &host, app.now()).map_err(cannot)?;
            let app = app.clone();
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(LOOK_AT_LEAF).await;
                    if let Err(error) = authority::ensure(&data, &host, app.now()) {
                        tracing::warn!(%error, "the certificate could not be renewed");
                    }
                }
            });
            files
        }
    };
    let certificates = Certificates::open(cert, key).map_err(cannot)?;
    let settings = certificates.subscribe();
    tokio::spawn(certificates.watch());
    Ok(Some(settings))
}

/// Asked for before anything is said to be ready, so that no signal is missed.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| {
            Failure::failed("Signals cannot be received.", error, "Check the limits of this process.")
        })
    };
    let (mut term, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: running requests have ten seconds");
    })
}
