//! What a browser does beyond pages: keys, the clipboard, its own questions, downloads.

use std::time::Instant;

use serde_json::{Value, json};

use super::Browser;
use super::chromium::{GLANCE, PATIENCE};

impl Browser {
    /// Presses keys where the focus is.
    pub async fn keys(&self, keys: &str) {
        self.driver.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Answers the question that the browser itself asks; gives back how it reads.
    pub async fn answers_the_question(&self, yes: bool) -> String {
        let start = Instant::now();
        let text = loop {
            match self.driver.get_alert_text().await {
                Ok(text) => break text,
                Err(error) => assert!(start.elapsed() < PATIENCE, "nothing is asked: {error}"),
            }
        };
        let answered = if yes { self.driver.accept_alert().await } else { self.driver.dismiss_alert().await };
        answered.unwrap();
        text
    }

    /// Goes on in the window that the page opened.
    pub async fn enters_the_popup(&self) {
        let (own, start) = (self.driver.window().await.unwrap(), Instant::now());
        loop {
            let windows = self.driver.windows().await.unwrap();
            if let Some(popup) = windows.into_iter().find(|window| *window != own) {
                return self.driver.switch_to_window(popup).await.unwrap();
            }
            assert!(start.elapsed() < PATIENCE, "no window was opened");
        }
    }

    /// Waits until that window is closed, and goes on in the page that opened it.
    pub async fn is_back_from_the_popup(&self) {
        let start = Instant::now();
        loop {
            let windows = self.driver.windows().await.unwrap();
            if let [own] = windows.as_slice() {
                return self.driver.switch_to_window(own.clone()).await.unwrap();
            }
            assert!(start.elapsed() < PATIENCE, "the window stays open");
        }
    }

    /// Runs a script of the test in each page from now on, before those of the page.
    pub async fn runs_first(&self, script: &str) {
        let tools = self.driver.cdp();
        let source = json!({ "source": script });
        tools.send_raw("Page.addScriptToEvaluateOnNewDocument", source).await.unwrap();
    }

    /// Waits until a script of the test says so.
    pub async fn until(&self, script: &str) {
        let start = Instant::now();
        while self.run(script).await != true {
            assert!(start.elapsed() < PATIENCE, "never: {script}, on:\n{}", self.text().await);
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What the clipboard holds.
    pub async fn clipboard(&self) -> Value {
        let allowed = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.driver.cdp().send_raw("Browser.grantPermissions", allowed).await.unwrap();
        let script = "const done = arguments[arguments.length - 1];
            navigator.clipboard.readText().then(done, (error) => done(String(error)))";
        self.run_to_its_end(script).await
    }

    /// Waits until a file of that name was downloaded whole, and reads it.
    pub async fn has_downloaded(&self, name: &str) -> Vec<u8> {
        let (file, start) = (self.downloads.path().join(name), Instant::now());
        loop {
            match std::fs::read(&file) {
                Ok(bytes) => return bytes,
                Err(error) => assert!(start.elapsed() < PATIENCE, "{name} was not downloaded: {error}"),
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until the page holds this text, where it can be read or not: in a field.
    pub async fn has_in_its_source(&self, text: &str) {
        let start = Instant::now();
        while !self.source().await.contains(text) {
            assert!(start.elapsed() < PATIENCE, "no {text} on {}", self.address().await);
        }
    }
}
