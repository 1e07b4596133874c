//! A file in the folder that the operator named: one JSON object per line, on disk before the checkpoint
//! moves. A line that a crash or a full disk tore is cut off; its event is written again.
//!
//! Each tenant has a folder of its own below. Names were looked at when they were saved; a link is not
//! followed. A test event, events that are sent again and another node may write at the same moment: whoever
//! writes has the file locked (`flock`) from before it is mended until all is on disk.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use doorward_model::ids::TenantId;
use doorward_model::stream::sink::FileSink;
use doorward_store::log_streams::attempts::Outcome;
use rustix::fs::OFlags;

use super::super::record::Record;
use super::{Sent, lines};

/// How much is read at once when the end of the last whole line is looked for.
const STEP: usize = 64 * 1024;
/// How often a file that somebody else has locked is asked for, and how long in between: ten seconds in all.
const KNOCKS: u32 = 500;
const BETWEEN_KNOCKS: Duration = Duration::from_millis(20);

pub(super) async fn append(
    folder: Option<&Path>,
    tenant: &TenantId,
    sink: &FileSink,
    records: &[Record],
) -> Sent {
    let Some(folder) = folder else {
        let text =
            "Streams to files need a folder, which the operator names: stream_folder in doorward.toml.";
        return Sent::failed(text.to_owned());
    };
    let (folder, name, body) = (folder.join(tenant.as_str()), sink.name.clone(), lines(records));
    let written = tokio::task::spawn_blocking(move || write(&folder, &name, &body)).await;
    match written.map_err(io::Error::other).flatten() {
        Ok(length) => {
            let said = format!("{} is {length} bytes long.", sink.name);
            Sent { outcome: Outcome::Taken, status: None, said, wait: None }
        }
        Err(error) => Sent::failed(format!("{} cannot be written: {error}.", sink.name)),
    }
}

/// Adds to the file and waits for the disk; gives its length. When it fails, the file is as before.
fn write(folder: &Path, name: &str, body: &[u8]) -> io::Result<u64> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path: PathBuf = folder.join(name);
    let is_new = !fs::exists(&path)?;
    let no_link = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(no_link);
    let mut file = options.open(&path)?;
    lock(&file)?;
    let length = mend(&mut file)?;
    let added = file.write_all(body).and_then(|()| file.sync_data());
    if let Err(error) = added {
        // The next try mends what this cannot.
        let _ = file.set_len(length);
        return Err(error);
    }
    if is_new {
        File::open(folder)?.sync_all()?;
    }
    Ok(length + body.len() as u64)
}

/// Waits until nobody else writes. The lock ends with the file's last handle, however this process ends.
fn lock(file: &File) -> io::Result<()> {
    for _ in 0..KNOCKS {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(BETWEEN_KNOCKS),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::WouldBlock, "another program has it locked"))
}

/// Cuts a torn last line off, and gives where the next one begins.
fn mend(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut end = length;
    let mut buffer = [0; STEP];
    while end > 0 {
        let step = usize::try_from(end).unwrap_or(STEP).min(STEP);
        let part = &mut buffer[..step];
        file.seek(SeekFrom::Start(end - step as u64))?;
        file.read_exact(part)?;
        if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
            end = end - step as u64 + at as u64 + 1;
            break;
        }
        end -= step as u64;
    }
    if end < length {
        file.set_len(end)?;
    }
    file.seek(SeekFrom::Start(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_and_a_torn_one_is_mended_however_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("tenant");
        let path = below.join("events.jsonl");
        write(&below, "events.jsonl", b"one\n").unwrap();
        assert_eq!(write(&below, "events.jsonl", b"two\n").unwrap(), 8);
        for torn in [b"thr".to_vec(), vec![b'x'; STEP], vec![b'x'; 3 * STEP + 7]] {
            let mut whole = fs::read(&path).unwrap();
            whole.extend(torn);
            fs::write(&path, whole).unwrap();
            write(&below, "events.jsonl", b"three\n").unwrap();
            assert!(fs::read_to_string(&path).unwrap().ends_with("two\nthree\n"));
            fs::write(&path, "one\ntwo\n").unwrap();
        }
        fs::write(&path, "torn from the first byte on").unwrap();
        write(&below, "events.jsonl", b"one\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
    }

    #[test]
    fn a_link_is_not_followed_and_a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs::write(&outside, "mine\n").unwrap();
        std::os::unix::fs::symlink(&outside, folder.path().join("link")).unwrap();
        assert!(write(folder.path(), "link", b"x\n").is_err());
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine\n");
        fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(write(folder.path(), "folder", b"x\n").is_err());
    }

    /// Each writer finds the end and writes there: without a lock one writes over what the other wrote.
    #[test]
    fn what_two_write_at_the_same_moment_is_there_whole_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let line = |writer: usize, number: usize| format!("{writer} {number} {}\n", "x".repeat(3000));
        std::thread::scope(|scope| {
            for writer in 0..2 {
                let folder = folder.path();
                scope.spawn(move || {
                    for number in 0..60 {
                        write(folder, "events.jsonl", line(writer, number).as_bytes()).unwrap();
                    }
                });
            }
        });
        let text = fs::read_to_string(folder.path().join("events.jsonl")).unwrap();
        let mut found: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let mut wanted: Vec<String> = (0..120).map(|number| line(number / 60, number % 60)).collect();
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_disk_that_is_full_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a", b"one\n").unwrap();
        let mut file = OpenOptions::new().read(true).write(true).open(folder.path().join("a")).unwrap();
        assert_eq!(mend(&mut file).unwrap(), 4);
        // What a full disk leaves: half of a line.
        file.write_all(b"tw").unwrap();
        assert_eq!(mend(&mut file).unwrap(), 4);
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"one\n");
    }
}
