//! A browser for a test: finds things as people do, by what is written on them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;
use tokio::sync::{Semaphore, SemaphorePermit};

const VARIABLE: &str = "DOORWARD_TEST_BROWSER";
/// Browsers are heavy: this many at a time, whatever the test runner thinks.
static SEATS: Semaphore = Semaphore::const_new(2);
/// How long a page may take to show what is expected, on the slowest machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
pub(super) const GLANCE: Duration = Duration::from_millis(50);

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub width: u32,
    pub dark: bool,
}

impl Look {
    /// Every width and theme that pages are made for.
    pub fn all() -> impl Iterator<Item = Look> {
        [320, 500, 1280, 1440].into_iter().flat_map(|width| [false, true].map(|dark| Look { width, dark }))
    }
}

/// A browser window.
pub struct Browser {
    pub(super) driver: WebDriver,
    process: Process,
    /// Where downloads go.
    pub(super) downloads: TempDir,
    _seat: SemaphorePermit<'static>,
}

impl Browser {
    /// A browser as people have it; none where there is no Chromium and none is required.
    pub async fn start() -> Option<Self> {
        Self::with(json!({}), &[]).await
    }

    /// A browser with scripts switched off.
    pub async fn without_scripts() -> Option<Self> {
        Self::with(json!({ "profile.managed_default_content_settings.javascript": 2 }), &[]).await
    }

    /// A browser with preferences of its own, started with more arguments.
    pub(super) async fn with(mut preferences: Value, more: &[String]) -> Option<Self> {
        let Some((chromium, driver)) = found() else {
            let missing = "chromium and chromedriver are not both here (Debian: chromium, chromium-driver)";
            assert!(!is_required(), "{missing}, and {VARIABLE} says that they are required");
            eprintln!("Not run in a browser: {missing}");
            return None;
        };
        let seat = SEATS.acquire().await.unwrap();
        doorward::tls::install_provider();
        let process = Process::start(&driver);
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(chromium.to_str().unwrap()).unwrap();
        for argument in ARGUMENTS.iter().copied().chain(more.iter().map(String::as_str)) {
            wanted.add_arg(argument).unwrap();
        }
        let downloads = tempfile::tempdir().unwrap();
        preferences["download.default_directory"] = json!(downloads.path());
        wanted.add_experimental_option("prefs", preferences).unwrap();
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", process.port), wanted).await.unwrap();
        Some(Self { driver, process, downloads, _seat: seat })
    }

    pub async fn open(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    /// The address of the page that is shown.
    pub async fn address(&self) -> url::Url {
        self.driver.current_url().await.unwrap()
    }

    /// Waits until a person can read this text on the page.
    pub async fn sees(&self, text: &str) {
        if !self.reads(text, true).await {
            panic!("no “{text}” on {}:\n{}", self.address().await, self.text().await);
        }
    }

    /// Waits until nobody can read this text on the page any more.
    pub async fn sees_no_longer(&self, text: &str) {
        if !self.reads(text, false).await {
            panic!("“{text}” stays on {}:\n{}", self.address().await, self.text().await);
        }
    }

    async fn reads(&self, text: &str, wanted: bool) -> bool {
        let text = plain(text);
        let has_it = move |body: WebElement| {
            let text = text.clone();
            // The page may go away under the question: then it is asked of the next one.
            async move { Ok(body.text().await.is_ok_and(|shown| plain(&shown).contains(&text) == wanted)) }
        };
        let body = self.driver.query(By::Tag("body")).wait(PATIENCE, GLANCE).with_filter(has_it);
        body.first_opt().await.unwrap().is_some()
    }

    /// Whether the page shows this text now.
    pub async fn shows(&self, text: &str) -> bool {
        plain(&self.text().await).contains(&plain(text))
    }

    /// What a person can read on the page.
    pub async fn text(&self) -> String {
        self.driver.find(By::Tag("body")).await.unwrap().text().await.unwrap()
    }

    /// Types into the field of that label, in the place of what is there.
    pub async fn fill(&self, label: &str, text: &str) {
        let typed = async |field: WebElement| {
            field.clear().await?;
            field.send_keys(text).await
        };
        // A page that is on its way replaces its fields: then the new one is typed into.
        let mut outcome = typed(self.field(label).await).await;
        for _ in 0..5 {
            if outcome.is_ok() {
                return;
            }
            outcome = typed(self.field(label).await).await;
        }
        panic!("“{label}” cannot be filled in: {outcome:?}");
    }

    /// The field of that label.
    pub async fn field(&self, label: &str) -> WebElement {
        let wanted = quoted(label);
        let by = By::XPath(format!(
            "//*[@id=//label[normalize-space(.)={wanted}]/@for] | //label[normalize-space(.)={wanted}]//input"
        ));
        self.wait_for(by).await.unwrap_or_else(|| panic!("no field “{label}”"))
    }

    /// Presses the button or follows the link with that name.
    pub async fn press(&self, name: &str) {
        // An open dialog covers what is behind it; what is hidden cannot be pressed.
        let name_is = format!("normalize-space(.)={0} or @aria-label={0}", quoted(name));
        let behind = "//dialog[@open] and not(ancestor::dialog)";
        let by =
            By::XPath(format!("(//button | //a | //summary)[{name_is}][not({behind})][not(@aria-hidden)]"));
        if !self.press_first(by).await {
            panic!("nothing to press called “{name}” on {}:\n{}", self.address().await, self.text().await)
        }
    }

    /// Presses the first that matches, once it is there; false when it never is. A list that is read anew takes
    /// away what was found in it, and then it is looked for again.
    async fn press_first(&self, by: By) -> bool {
        let start = Instant::now();
        loop {
            let Some(element) = self.wait_for(by.clone()).await else { return false };
            match click(&element).await {
                Err(error) if start.elapsed() < PATIENCE && is_stale(&error) => {}
                clicked => {
                    clicked.unwrap();
                    return true;
                }
            }
        }
    }

    /// What matches, once it is there.
    pub async fn wait_for(&self, by: By) -> Option<WebElement> {
        self.driver.query(by).wait(PATIENCE, GLANCE).and_displayed().first_opt().await.unwrap()
    }

    /// The page as its nodes are now.
    pub async fn source(&self) -> String {
        self.driver.source().await.unwrap()
    }

    /// The texts of everything that a selector finds, in order.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let start = Instant::now();
        loop {
            match self.try_texts(selector).await {
                Err(error) if start.elapsed() < PATIENCE && is_stale(&error) => {}
                texts => return texts.unwrap(),
            }
        }
    }

    async fn try_texts(&self, selector: &str) -> WebDriverResult<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.driver.find_all(By::Css(selector)).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// Waits until the field of that id holds this value.
    pub async fn shows_value(&self, id: &str, value: &str) {
        let script = format!("return document.getElementById('{id}')?.value");
        let start = Instant::now();
        while self.run(&script).await != value {
            assert!(start.elapsed() < PATIENCE, "{id} does not hold {value} on {}", self.address().await);
        }
    }

    /// Ticks or unticks the box, or turns the switch, of that label.
    pub async fn tick(&self, label: &str) {
        click(&self.field(label).await).await.unwrap();
    }

    /// Chooses the card with that title.
    pub async fn choose(&self, title: &str) {
        let card = By::XPath(format!(
            "//label[contains(@class,'card-radio')][b[normalize-space(.)={}]]",
            quoted(title)
        ));
        self.wait_for(card).await.unwrap_or_else(|| panic!("no card “{title}”")).click().await.unwrap();
    }

    /// Opens the menu of the tenant.
    pub async fn open_menu(&self) {
        let menu = self.wait_for(By::Css("details.tenant > summary")).await.expect("no menu");
        menu.click().await.unwrap();
    }

    /// Presses what has that name inside of an element.
    pub async fn press_within(&self, place: &str, name: &str) {
        let by = By::XPath(format!(
            "//{place}//*[self::a or self::button][starts-with(normalize-space(.), {})]",
            quoted(name)
        ));
        assert!(self.press_first(by).await, "no “{name}” in {place}");
    }

    /// Follows the first link whose text holds this.
    pub async fn press_containing(&self, text: &str) {
        let by = By::XPath(format!("//a[contains(normalize-space(.), {})]", quoted(text)));
        assert!(self.press_first(by).await, "no link with “{text}”");
    }

    /// Goes to another part of the dashboard by its menu.
    pub async fn go(&self, name: &str) {
        self.press_within("nav[@aria-label='Main']", name).await;
    }

    /// Runs a script of the test in the page; the page's policy does not apply to it.
    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// The same for a script that calls back.
    pub async fn run_to_its_end(&self, script: &str) -> Value {
        self.driver.execute_async(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Resizes the window and sets the system's theme. Nothing moves, so that colours can be measured.
    pub async fn look(&self, look: Look) {
        let theme = if look.dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        let size = json!({ "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        let tools = self.driver.cdp();
        tools.send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await.unwrap();
        tools.send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
    }

    /// A picture of the page from its beginning to its end.
    pub async fn picture_of_all(&self, width: u32, path: &Path) {
        self.look(Look { width, dark: false }).await;
        let height = self.run("return document.documentElement.scrollHeight").await;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        self.picture(path).await;
    }

    /// A picture of the page, for people to look at.
    pub async fn picture(&self, path: &Path) {
        self.driver.screenshot(path).await.unwrap();
    }

    /// Insists that the pages so far broke no rule: no violation of the content policy, no failed
    /// script. That the server refused something is no fault of a page.
    pub async fn has_a_clean_console(&self) {
        let entries = self.driver.browser_log().await.unwrap();
        let faults: Vec<_> = entries
            .iter()
            .filter(|entry| entry.level == "SEVERE" || entry.message.contains("Content Security Policy"))
            .filter(|entry| !entry.message.contains("the server responded with a status of 4"))
            .map(|entry| entry.message.as_str())
            .collect();
        assert!(faults.is_empty(), "on {}: {faults:#?}", self.address().await);
    }

    /// Insists that everything the page loaded came from its own origin.
    pub async fn loaded_nothing_from_elsewhere(&self) {
        let elsewhere = self
            .run("return performance.getEntriesByType('resource').map(e => e.name).filter(n => new URL(n).origin !== location.origin)")
            .await;
        assert_eq!(elsewhere, json!([]), "on {}", self.address().await);
    }

    /// Ends the journey, and reads the console.
    pub async fn end(self) {
        self.has_a_clean_console().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Also when the test failed: without this Chromium would outlive its driver. The library would
        // end the session a second time, and wait long for the answer.
        self.process.end_session(&self.driver.session_id().to_string());
        let _ = self.driver.clone().leak();
    }
}

/// Nothing of Chromium's own goes to the network, and pages reach this machine only.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--lang=en",
    "--window-size=1280,900",
];

/// The driver's process.
struct Process {
    child: Child,
    port: u16,
}

impl Process {
    /// The port that the driver draws may be taken by somebody else in between: then it ends, and
    /// another one is started.
    fn start(driver: &Path) -> Self {
        (0..5).find_map(|_| Self::try_start(driver)).expect("chromedriver did not name its port")
    }

    fn try_start(driver: &Path) -> Option<Self> {
        let mut command = Command::new(driver);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        if port.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        Some(Self { child, port: port? })
    }

    fn end_session(&self, session: &str) {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        let request =
            format!("DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.read(&mut [0; 256]);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a missing browser fails the tests.
pub fn is_required() -> bool {
    std::env::var(VARIABLE).is_ok_and(|value| value == "required")
}

fn found() -> Option<(PathBuf, PathBuf)> {
    let chromium = ["chromium", "google-chrome", "chrome"].into_iter().find_map(on_path)?;
    Some((chromium, on_path("chromedriver")?))
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A text without the line breaks and spaces that come from how it is laid out.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text in an XPath, which knows no escapes.
fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "a test text with a double quote: {text}");
    format!("\"{text}\"")
}

/// A person scrolls what they want out from under the bar that holds *Save* first.
/// Whether what was found was taken away meanwhile, as a list that is read anew does.
fn is_stale(error: &WebDriverError) -> bool {
    error.to_string().contains("stale element")
}

async fn click(element: &WebElement) -> WebDriverResult<()> {
    element.scroll_into_view().await?;
    element.click().await
}
