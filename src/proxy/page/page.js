// Puts GraphiQL in front of the proxy that this page came from.
"use strict";

(() => {
  const APIS = {
    admin: { name: "Admin API", path: "/admin/gql" },
    v2: { name: "v2", path: "/admin/gql/strawberry" },
  };
  const EXAMPLES = {
    admin: "query {\n  keypair_list(limit: 10, offset: 0) {\n    items {\n      access_key\n      user_id\n    }\n    total_count\n  }\n}\n",
    v2: "query {\n  myKeypairs(limit: 10) {\n    count\n  }\n}\n",
  };
  const TOKEN = "backendai-proxy-token";
  const element = (id) => document.getElementById(id);

  const asked = new URLSearchParams(location.search).get("api");
  const api = Object.hasOwn(APIS, asked ?? "") ? asked : "admin";
  const { path } = APIS[api];

  const choice = element("api");
  for (const [key, { name }] of Object.entries(APIS)) {
    choice.add(new Option(name, key, false, key === api));
  }
  choice.addEventListener("change", () => {
    location.search = new URLSearchParams({ api: choice.value }).toString();
  });
  element("address").textContent = location.origin + path;

  // Several requests may wait for one token.
  let waiting = null;
  const ask = (wrong) => {
    waiting ??= new Promise((done) => {
      const form = element("ask");
      element("wrong").textContent = wrong ? "That was not the token." : "";
      form.hidden = false;
      element("token").focus();
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        // It lasts as long as this tab, and no other page can read it.
        sessionStorage.setItem(TOKEN, element("token").value);
        element("token").value = "";
        form.hidden = true;
        waiting = null;
        done();
      }, { once: true });
    });
    return waiting;
  };

  const fetcher = async (params, options) => {
    for (;;) {
      const token = sessionStorage.getItem(TOKEN);
      const headers = { ...options?.headers, "Content-Type": "application/json", Accept: "application/json" };
      if (token) headers.Authorization = `Bearer ${token}`;
      let response;
      try {
        response = await fetch(path, { method: "POST", headers, body: JSON.stringify(params) });
      } catch {
        return { errors: [{ message: "The proxy does not answer. Does it still run?" }] };
      }
      const scheme = response.headers.get("WWW-Authenticate") ?? "";
      if (response.status === 401 && scheme.startsWith("Bearer")) {
        // Another request may have brought the right one meanwhile.
        if (token === sessionStorage.getItem(TOKEN)) await ask(token !== null);
        continue;
      }
      const text = await response.text();
      let answer;
      try {
        answer = JSON.parse(text);
      } catch {
        return { errors: [{ message: `HTTP ${response.status}, and no JSON: ${text.slice(0, 1000)}` }] };
      }
      if (answer.data !== undefined || answer.errors) return answer;
      // A problem of the manager or of the proxy.
      const message = [answer.title, answer.msg].filter(Boolean).join(" ");
      return { errors: [{ message: message || `HTTP ${response.status}`, extensions: answer }] };
    }
  };

  const missing = [["React", window.React], ["ReactDOM", window.ReactDOM], ["GraphiQL", window.GraphiQL]]
    .filter(([, found]) => !found).map(([name]) => name);
  if (missing.length > 0) {
    element("loading").textContent = `${missing.join(", ")} could not be loaded. Does the proxy still run?`;
    return;
  }
  const { React, ReactDOM, GraphiQL } = window;
  // What is kept in the browser is kept for each schema by itself.
  const storage = {
    getItem: (key) => localStorage.getItem(`${api}:${key}`),
    setItem: (key, value) => localStorage.setItem(`${api}:${key}`, value),
    removeItem: (key) => localStorage.removeItem(`${api}:${key}`),
    clear: () => Object.keys(localStorage)
      .filter((key) => key.startsWith(`${api}:`))
      .forEach((key) => localStorage.removeItem(key)),
    get length() { return Object.keys(localStorage).filter((key) => key.startsWith(`${api}:`)).length; },
  };
  ReactDOM.createRoot(element("graphiql")).render(
    React.createElement(GraphiQL, { fetcher, storage, defaultQuery: EXAMPLES[api] }),
  );
})();
