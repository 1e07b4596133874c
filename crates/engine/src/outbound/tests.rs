//! Where requests may go, however it is written.

use super::*;

#[test]
fn plain_http_and_private_addresses_need_an_opened_network() {
    let closed = Reach::default();
    let open = Reach::new(vec!["127.0.0.0/8".parse().unwrap()], None, Vec::new());
    for (address, without, with) in [
        ("https://logs.test/", true, true),
        ("https://8.8.8.8/", true, true),
        ("http://8.8.8.8/", false, false),
        ("http://127.0.0.1:8088/", false, true),
        ("https://127.0.0.1/", false, true),
        ("http://[::ffff:127.0.0.1]/", false, true),
        ("https://10.0.0.1/", false, false),
        // Other spellings of 127.0.0.1.
        ("http://2130706433/", false, true),
        ("http://0x7f.1/", false, true),
        // The own machine, and others that only sound like it.
        ("https://localhost/", false, true),
        ("https://API.LocalHost./", false, true),
        ("https://notlocalhost/", true, true),
        ("https://localhost.test/", true, true),
    ] {
        let url = Url::parse(address).unwrap();
        assert_eq!((closed.may_lead_to(&url), open.may_lead_to(&url)), (without, with), "{address}");
    }
}
