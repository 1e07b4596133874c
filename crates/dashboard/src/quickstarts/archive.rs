//! The download: a sample as a zip file, its `.env` filled. Nothing is compressed: it is small.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::samples::TEMPLATE;
use super::{Guide, Values};

/// The sample of a guide as the bytes of a zip file, in a folder of its own name.
///
/// # Errors
/// When the file cannot be put together.
pub(crate) fn zipped(guide: &Guide, values: &Values) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in guide.files {
        let is_program = text.starts_with("#!");
        let (name, mode) = match *path {
            // It may hold a secret: readable for its owner alone.
            TEMPLATE => (".env", 0o600),
            path if is_program => (path, 0o755),
            path => (path, 0o644),
        };
        zip.start_file(format!("{}/{name}", guide.id), SimpleFileOptions::default().unix_permissions(mode))?;
        let text = if *path == TEMPLATE {
            values.fill_settings(text, guide.settings_reader())
        } else {
            (*text).to_owned()
        };
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use doorward_model::client::kind::ClientKind;
    use zip::ZipArchive;

    use super::super::find;
    use super::super::values::tests::values;
    use super::*;

    #[test]
    fn the_download_holds_every_file_with_its_settings_filled() {
        let guide = find(Some(ClientKind::Spa), "react").unwrap();
        let bytes = zipped(guide, &values("https://id.acme.test/", "abc")).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.len(), guide.files.len());
        let mut env = String::new();
        let mut file = zip.by_name("react/.env").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o600));
        file.read_to_string(&mut env).unwrap();
        assert_eq!(env, "VITE_DOORWARD_DOMAIN=id.acme.test\nVITE_DOORWARD_CLIENT_ID=abc\nPORT=5173\n");
        drop(file);
        // The double braces of JSX are none of ours.
        let mut main = String::new();
        zip.by_name("react/src/main.jsx").unwrap().read_to_string(&mut main).unwrap();
        assert!(main.contains("={{ redirect_uri:"), "{main}");
    }
}
