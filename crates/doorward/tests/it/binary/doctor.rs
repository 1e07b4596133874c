//! `doorward doctor callback`: the exit code for scripts, and which character is wrong.

use serde_json::json;

use super::process::{free_port, installation, run};

#[test]
fn a_script_hears_by_the_exit_code_and_a_person_sees_the_character() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    let callback = "http://localhost:3000/callback";
    let create = ["clients", "create", "--data", data, "--name", "Store front", "--type", "spa"];
    run(&[&create[..], &["--callback", callback]].concat()).exits(0);
    let ask =
        |more: &[&str]| run(&[&["doctor", "callback", "--data", data, "store FRONT"][..], more].concat());

    let allowed = ask(&[callback, "--json"]).exits(0).json();
    assert_eq!(allowed["allowed"], true);
    let slashed = format!("{callback}/");
    let refused = ask(&[&slashed]).exits(4);
    let pointer = format!("\n{}^\n", " ".repeat("asked   ".len() + callback.len()));
    assert!(refused.out.contains(&pointer), "{}", refused.out);
    assert!(refused.err.contains("The request ends with an extra slash."), "{}", refused.err);

    let told = ask(&[&slashed, "--json"]).exits(4).json();
    assert_eq!((&told["cause"], &told["fix"]), (&json!("trailing_slash"), &json!("allow")));
    assert_eq!(told["nearest"], callback);
    assert_eq!(told["asked"][1], json!({ "text": "/", "differs": true }));
    let told = ask(&["https://evil.test/", "--json"]).exits(4).json();
    assert_eq!((&told["cause"], &told["fix"]), (&json!("nothing_near"), &json!("review")));
    let told = ask(&[callback, "--after", "logout", "--json"]).exits(4).json();
    assert_eq!(told["cause"], "other_list");

    run(&["doctor", "callback", "--data", data, "Nobody", callback]).exits(3);
    run(&["doctor", "callback", "--data", data, "Store front"]).exits(2);
}
