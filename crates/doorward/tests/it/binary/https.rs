//! `--https`: the local authority, and what a standard client makes of it.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::process::{Server, free_port, installation};

fn authority(folder: &std::path::Path) -> Vec<u8> {
    std::fs::read(folder.join("tls/ca.pem")).unwrap()
}

fn http(ca: &[u8]) -> reqwest::Client {
    doorward::tls::install_provider();
    let ca = reqwest::Certificate::from_pem(ca).unwrap();
    reqwest::Client::builder().tls_certs_only([ca]).build().unwrap()
}

#[tokio::test]
async fn a_client_that_trusts_the_local_authority_reads_discovery_by_every_own_name() {
    let port = free_port();
    let folder = installation(port, &["--https"]);
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.ready, format!("ready https://localhost:{port}/"));
    let client = http(&authority(folder.path()));
    let text = client
        .get(format!("https://localhost:{port}/.well-known/openid-configuration"))
        .send()
        .await
        .unwrap();
    assert_eq!(text.version(), http::Version::HTTP_2);
    let document: serde_json::Value = text.json().await.unwrap();
    assert_eq!(document["issuer"], format!("https://localhost:{port}/"));
    let answer = client.get(format!("https://127.0.0.1:{port}/healthz")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let ca = authority(folder.path());
    for name in ["localhost", "127.0.0.1", "::1"] {
        assert!(leaf_for(name, &ca, port).await.is_some(), "{name}");
    }
    for name in ["other.test", "127.0.0.2", "localhost.other.test"] {
        assert!(leaf_for(name, &ca, port).await.is_none(), "{name}");
    }
    assert!(reqwest::Client::new().get(format!("https://localhost:{port}/healthz")).send().await.is_err());
    server.signal("TERM");
    assert_eq!(server.wait().0.code(), Some(0));
}

/// CVE-2024-23656: after the files changed, the new certificate is served under the same rules.
#[tokio::test]
async fn changed_certificates_are_served_without_a_restart_and_old_tls_stays_refused() {
    let port = free_port();
    let folder = installation(port, &["--https"]);
    let server = Server::start(folder.path(), &[]);
    let before = leaf(&authority(folder.path()), port).await;
    assert!(!accepts_tls_1_1(port).await);

    let other = tempfile::tempdir().unwrap();
    let now = doorward_engine::clock::Clock::System.now();
    doorward::tls::authority::ensure(other.path(), &format!("localhost:{port}"), now).unwrap();
    for name in ["leaf.key", "leaf.pem"] {
        std::fs::copy(other.path().join("tls").join(name), folder.path().join("tls").join(name)).unwrap();
    }
    let ca = authority(other.path());
    // The files are looked at every two seconds; each try is a handshake of its own.
    let served = async {
        loop {
            if let Some(found) = leaf(&ca, port).await {
                break found;
            }
        }
    };
    let after = tokio::time::timeout(std::time::Duration::from_secs(60), served).await.ok();
    assert!(after.is_some() && after != before, "the new certificate is not served");
    assert!(!accepts_tls_1_1(port).await);
    drop(server);
}

/// The leaf that is served, when it is signed by that authority.
async fn leaf(ca: &[u8], port: u16) -> Option<Vec<u8>> {
    leaf_for("localhost", ca, port).await
}

/// The same when it is good for a name as well.
async fn leaf_for(name: &str, ca: &[u8], port: u16) -> Option<Vec<u8>> {
    doorward::tls::install_provider();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    Some(stream.get_ref().1.peer_certificates()?.first()?.to_vec())
}

/// A hello of TLS 1.1 by hand: our own library cannot speak it. An alert (21) is a refusal.
async fn accepts_tls_1_1(port: u16) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 4, 0xC0, 0x13, 0x00, 0x2F, 1, 0]);
    let mut handshake = vec![1, 0, 0, u8::try_from(hello.len()).unwrap()];
    handshake.extend(hello);
    let mut record = vec![22, 3, 1, 0, u8::try_from(handshake.len()).unwrap()];
    record.extend(handshake);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(&record).await.unwrap();
    let mut first = [0];
    matches!(stream.read(&mut first).await, Ok(1) if first[0] == 22)
}
