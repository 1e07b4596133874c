//! On a terminal: tables that fit, colours that can be refused, and the question before a deletion.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::process::{doorward, free_port, installation, run};

/// Runs a command on a terminal of that many columns, types `input`, and gives the exit code and
/// everything that was shown.
fn on_a_terminal(columns: u16, args: &[&str], input: &str) -> (i32, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let open = || File::options().read(true).write(true).open(Path::new(&name)).unwrap();
    let theirs = open();
    tcsetwinsize(&theirs, Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let as_stdio = |file: File| Stdio::from(OwnedFd::from(file));
    let mut command = doorward(args);
    command.env_remove("NO_COLOR").stdin(as_stdio(open())).stdout(as_stdio(open())).stderr(as_stdio(open()));
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut ours = File::from(ours);
    // The terminal keeps what is typed until somebody reads it.
    ours.write_all(input.as_bytes()).unwrap();
    let mut reader = ours.try_clone().unwrap();
    let reading = std::thread::spawn(move || {
        let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
        // When the last of the other side is closed, reading ends with an error.
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            shown.extend_from_slice(&buffer[..count]);
        }
        String::from_utf8_lossy(&shown).into_owned()
    });
    let code = child.wait().unwrap().code().unwrap();
    drop(theirs);
    (code, reading.join().unwrap())
}

#[test]
fn a_table_fits_and_its_titles_are_bold_unless_refused() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    let name = "A shop with a name that no terminal has room for beside an identifier";
    run(&["clients", "create", "--data", data, "--name", name, "--type", "spa"]).exits(0);
    let list = ["clients", "list", "--data", data];
    let (code, shown) = on_a_terminal(90, &list, "");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("\u{1b}[1mName") && shown.contains('…') && !shown.contains(name), "{shown}");
    let widest = |text: &str| text.lines().map(|line| line.trim_end().chars().count()).max().unwrap();
    let (_, plain) = on_a_terminal(90, &[&list[..], &["--no-color"]].concat(), "");
    assert!(!plain.contains('\u{1b}') && widest(&plain) <= 90, "{plain}");
    assert!(run(&list).exits(0).out.contains(name), "nothing is cut in a pipe");
}

#[test]
fn whoever_deletes_on_a_terminal_types_the_name() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    run(&["clients", "create", "--data", data, "--name", "Shop", "--type", "spa"]).exits(0);
    let delete = ["clients", "delete", "shop", "--data", data];
    let (code, shown) = on_a_terminal(80, &delete, "yes\n");
    assert!(
        code == 1 && shown.contains("Type Shop to delete it:") && shown.contains("Nothing was deleted"),
        "{shown}"
    );
    run(&["clients", "show", "Shop", "--data", data]).exits(0);
    let (code, shown) = on_a_terminal(80, &delete, "Shop\n");
    assert!(code == 0 && shown.contains("Deleted"), "{code} {shown}");
    run(&["clients", "show", "Shop", "--data", data]).exits(3);
}
