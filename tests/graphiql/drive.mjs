// Drives a headless Chromium over its debugging pipe: does the page of the proxy do what a person
// wants of it? Usage: node drive.mjs CHROMIUM ADDRESS ACCESS_KEY PICTURE [TOKEN]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [chromium, address, accessKey, picture, token] = process.argv.slice(2);
const PATIENCE = 60_000;

class Browser {
  constructor(program) {
    this.folder = mkdtempSync(join(tmpdir(), "graphiql-"));
    const options = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--disable-background-networking", "--no-first-run", "--no-proxy-server",
      // There is no internet: only loopback addresses have a name or are reached.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", "--window-size=1400,900",
      "--remote-debugging-pipe", `--user-data-dir=${this.folder}`, "about:blank",
    ];
    // The browser reads commands from 3 and writes answers to 4, each ended by a zero byte.
    this.process = spawn(program, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.waiting = new Map();
    this.next = 1;
    this.listeners = [];
    let rest = Buffer.alloc(0);
    this.process.stdio[4].on("data", (data) => {
      rest = Buffer.concat([rest, data]);
      for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1)) {
        this.receive(JSON.parse(rest.subarray(0, end).toString()));
      }
    });
    this.process.on("exit", () => {
      for (const { fail } of this.waiting.values()) fail(new Error("the browser ended"));
    });
  }

  receive(message) {
    const call = this.waiting.get(message.id);
    if (!call) return this.listeners.forEach((listener) => listener(message));
    this.waiting.delete(message.id);
    if (message.error) call.fail(new Error(`${call.method}: ${message.error.message}`));
    else call.done(message.result);
  }

  send(method, params = {}, sessionId = this.session) {
    const id = this.next++;
    return new Promise((done, fail) => {
      this.waiting.set(id, { method, done, fail });
      this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    });
  }

  async open() {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const attached = await this.send("Target.attachToTarget", { targetId, flatten: true });
    this.session = attached.sessionId;
    for (const domain of ["Page", "Runtime", "Network", "Log"]) await this.send(`${domain}.enable`);
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // Waits until the expression is true in the page; says what it saw last if that never happens.
  async until(what, expression) {
    const end = Date.now() + PATIENCE;
    let last;
    while (Date.now() < end) {
      // While a page is left there is nothing to evaluate in.
      try { last = await this.evaluate(expression); } catch (error) { last = String(error); }
      if (last === true) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    await this.shoot();
    throw new Error(`${what}: never came; last seen: ${JSON.stringify(last)}`);
  }

  async key(key, code, number, modifiers = 0) {
    const event = { key, code, windowsVirtualKeyCode: number, modifiers };
    await this.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...event });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  async shoot() {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    writeFileSync(picture, Buffer.from(data, "base64"));
  }

  async close() {
    const ended = new Promise((done) => this.process.on("exit", done));
    this.send("Browser.close", {}, undefined).catch(() => {});
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror";
const RESULT = "(document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue() ?? '')";
const HINTS = "[...document.querySelectorAll('.CodeMirror-hints li')].map((li) => li.textContent)";

// What is typed is completed from the schema.
async function completes(browser, begun, whole) {
  await browser.evaluate(`${EDITOR}.setValue('{ ${begun}'); ${EDITOR}.setCursor(0, 99); ${EDITOR}.focus()`);
  // The schema may still be on its way, so it is asked for until it is there.
  const end = Date.now() + PATIENCE;
  for (;;) {
    await browser.key(" ", "Space", 32, 2);
    await new Promise((done) => setTimeout(done, 250));
    const hints = await browser.evaluate(HINTS);
    if (hints.some((hint) => hint.startsWith(whole))) break;
    if (Date.now() > end) throw new Error(`no completion ${whole} of ${begun}: ${JSON.stringify(hints)}`);
    await browser.key("Escape", "Escape", 27);
  }
  console.log(`completes ${begun} to ${whole}`);
}

async function answers(browser, query, test) {
  await browser.evaluate(`${EDITOR}.setValue(${JSON.stringify(query)})`);
  await browser.evaluate("document.querySelector('.graphiql-execute-button').click()");
  await browser.until("an answer", `(() => {
    const text = ${RESULT};
    try { return (${test})(JSON.parse(text)) ? true : text; } catch { return text; }
  })()`);
  console.log(`answers ${query}`);
}

async function check(browser) {
  const foreign = [];
  const complaints = [];
  browser.listeners.push(({ method, params }) => {
    // Every request of the page waits here, and all but those to the proxy fail.
    if (method === "Fetch.requestPaused") {
      const { requestId, request: { url } } = params;
      if (url.startsWith(address) || /^(data|blob|about):/.test(url)) {
        browser.send("Fetch.continueRequest", { requestId }).catch(() => {});
      } else {
        foreign.push(url);
        browser.send("Fetch.failRequest", { requestId, errorReason: "InternetDisconnected" }).catch(() => {});
      }
    }
    if (method === "Log.entryAdded" && params.entry.level === "error" && !/ 401 /.test(params.entry.text)) {
      complaints.push(params.entry.text);
    }
    if (method === "Runtime.exceptionThrown") complaints.push(params.exceptionDetails.exception?.description);
  });

  await browser.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
  await browser.send("Page.navigate", { url: address });
  await browser.until("GraphiQL", "document.querySelector('.graphiql-query-editor .CodeMirror') !== null");
  if (token) {
    for (const [typed, hidden] of [["wrong-token-0123", false], [token, true]]) {
      await browser.until("the question for the token", "!document.getElementById('ask').hidden");
      await browser.evaluate(`document.getElementById('token').value = ${JSON.stringify(typed)}; document.querySelector('#ask button').click()`);
      if (!hidden) {
        await browser.until("the refusal", "!document.getElementById('ask').hidden && document.getElementById('wrong').textContent !== ''");
      }
    }
    await browser.until("the token to be taken", "document.getElementById('ask').hidden");
    console.log("takes the token, and no other");
  }
  await completes(browser, "keypair_li", "keypair_list");
  await browser.evaluate(`${EDITOR}.setValue('{ keypair_list(limit: 1) { no_such_field } }')`);
  await browser.until("the mark of a mistake", "document.querySelector('.CodeMirror-lint-mark-error') !== null");
  console.log("marks what is not in the schema");
  const rows = "{ keypair_list(limit: 20, offset: 0) { items { access_key user_id } total_count } }";
  await answers(browser, rows, `(answer) => answer.data.keypair_list.items.some((row) => row.access_key === ${JSON.stringify(accessKey)})`);
  await browser.shoot();

  await browser.evaluate("const choice = document.getElementById('api'); choice.value = 'v2'; choice.dispatchEvent(new Event('change'))");
  await browser.until("the other schema", `location.search === "?api=v2" && document.querySelector('.graphiql-query-editor .CodeMirror') !== null`);
  await completes(browser, "adminKeypai", "adminKeypairsV2");
  await answers(browser, "{ myKeypairs(limit: 5) { count } }", "(answer) => answer.data.myKeypairs.count > 0");

  if (foreign.length > 0) throw new Error(`asked elsewhere: ${foreign}`);
  if (complaints.length > 0) throw new Error(`the browser complains: ${complaints.join("\n")}`);
  // A request to another address would have been seen.
  await browser.send("Page.navigate", { url: "about:blank" });
  await browser.evaluate("fetch('http://198.51.100.1/').catch(() => {})");
  if (foreign.pop() !== "http://198.51.100.1/") throw new Error("a request to another address is not seen");
  console.log("requests nothing from other addresses, and the browser has no complaint");
}

const browser = new Browser(chromium);
try {
  await browser.open();
  await check(browser);
} finally {
  await browser.close();
}
