//! On a terminal: tables that fit, colours that can be refused, and the question before a deletion.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::process::{doorward, free_port, installation, run, run_with_input};

/// Runs a command on a terminal of that many columns, types `input`, and gives the exit code and
/// everything that was shown.
fn on_a_terminal(columns: u16, args: &[&str], input: &str) -> (i32, String) {
    on_a_terminal_until(None, columns, args, input)
}

/// The same; a command that does not end by itself is interrupted when it has shown those words.
fn on_a_terminal_until(
    words: Option<&'static str>,
    columns: u16,
    args: &[&str],
    input: &str,
) -> (i32, String) {
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
    let id = child.id().to_string();
    let reading = std::thread::spawn(move || {
        let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
        // When the last of the other side is closed, reading ends with an error.
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            shown.extend_from_slice(&buffer[..count]);
            if words.is_some_and(|words| String::from_utf8_lossy(&shown).contains(words)) {
                Command::new("kill").args(["-s", "INT", &id]).status().unwrap();
            }
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

/// The first ten seconds, and every start after them (UX §4).
#[test]
fn a_start_shows_where_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port().to_string());
    let serve = ["serve", "--data", data.to_str().unwrap(), "--port", &port];
    let start = || on_a_terminal_until(Some("Ctrl C stops."), 100, &serve, "");
    let (code, first) = start();
    assert_eq!(code, 0, "{first}");
    let link = format!("http://localhost:{port}/setup#k=");
    for text in [
        "(new)",
        "RS256 made",
        &format!("Listening  http://localhost:{port}"),
        "Create the first admin",
        &link,
    ] {
        assert!(first.contains(text), "{text}: {first}");
    }
    assert!(!first.contains("Dashboard") && !first.contains("ready http"), "{first}");
    let (_, second) = start();
    let code_of = |shown: &str| shown.split("#k=").nth(1).map(|rest| rest[..19].to_owned());
    assert!(
        code_of(&second).is_some() && code_of(&second) != code_of(&first),
        "nobody is there yet: {second}"
    );

    let add = ["admin", "add", "--data", data.to_str().unwrap(), "--email", "owner@example.com"];
    run_with_input(&[&add[..], &["--password-stdin"]].concat(), "a password that is long enough\n").exits(0);
    let (code, third) = start();
    assert_eq!(code, 0, "{third}");
    let dashboard = format!("Dashboard  http://localhost:{port}/manage");
    for text in ["Clients    1", "RS256, 2 keys", &dashboard] {
        assert!(third.contains(text), "{text}: {third}");
    }
    assert!(!third.contains("#k=") && !third.contains("(new)"), "{third}");
}
