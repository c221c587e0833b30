"""Client of one of the two managers: signs requests, validly or with the fault of the question."""
import datetime
import hashlib
import hmac
import http.client
import json
import os
import re
import urllib.parse

ROLES = ["SUPERADMIN", "DOMAIN_ADMIN", "USER", "INACTIVE_KEY", "INACTIVE_USER", "LOW_RATE",
         "OTHER_ADMIN"]
VERSION = "v9.20250722"


class Side:
    """One of the two managers, with its accounts."""

    def __init__(self, name, env):
        self.name = name
        self.host = urllib.parse.urlsplit(env["BACKEND_ENDPOINT"]).netloc
        self.keys = {r: (env[f"BACKEND_{r}_ACCESS_KEY"], env[f"BACKEND_{r}_SECRET_KEY"])
                     for r in ROLES}
        # The created user has the same name on both sides.
        self.words = {r + ".key": k for r, (k, _) in self.keys.items()}
        self.labels = {k: f"<{r}>" for r, (k, _) in self.keys.items()}
        for key in list(self.keys.values()):
            self.labels[key[1]] = "<secret>"
        rows = self.ask({"query": "{ keypair_list(limit: 1000, offset: 0) { items {"
                                  " access_key user_id user full_name } } }"})[3]
        for row in rows["data"]["keypair_list"]["items"]:
            for role, (key, _) in self.keys.items():
                if row["access_key"] == key:
                    self.words[role + ".email"] = row["user_id"]
                    self.words[role + ".id"] = row["user"]
                    if role != "INACTIVE_KEY":
                        self.labels[row["user_id"]] = f"<{role}.email>"
                        self.labels[row["user"]] = f"<{role}.id>"
        # The common prefix of the keys in the fixture.
        self.words["prefix"] = os.path.commonprefix([k for k, _ in self.keys.values()])

    def fill(self, text):
        return re.sub(r"\[\[([^\]]+)\]\]", lambda m: self.words[m.group(1)], text)

    def ask(self, q):
        """Sends a question and returns status, content type, headers and body."""
        method = q.get("method", "POST")
        path = q.get("path", "/admin/gql")
        key, secret = self.keys[q.get("role", "SUPERADMIN")]
        if "body" in q:
            body = q["body"]
        else:
            variables = json.loads(self.fill(json.dumps(q.get("variables", {}))))
            body = {"query": self.fill(q["query"]), "variables": variables}
            body.update(q.get("members", {}))
            body = json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        now = datetime.datetime.now(datetime.timezone.utc)
        now += datetime.timedelta(minutes=q.get("minutes", 0))
        date = q["date"](now) if "date" in q else now.isoformat()
        day = q.get("day", lambda n: n.strftime("%Y%m%d"))(now)
        host = q.get("host", self.host)
        signed_host = q.get("signed_host", host)
        content_type = q.get("content_type", "application/json")
        signed_type = q.get("signed_type", content_type or "application/octet-stream")
        version = q.get("version", VERSION)
        hash_name = q.get("hash", "SHA256")
        algorithm = hash_name.lower() if hash_name.lower() in hashlib.algorithms_guaranteed else "sha256"
        lines = [method, q.get("signed_path", path), date or "", "host:" + signed_host,
                 "content-type:" + signed_type, "x-backendai-version:" + (version or VERSION),
                 hashlib.new(algorithm, q.get("signed_body", b"")).hexdigest()]
        mac = lambda k, t: hmac.new(k, t.encode(), algorithm)
        signing = mac(mac(secret.encode(), day).digest(), signed_host).digest()
        signature = q.get("signature") or mac(signing, "\n".join(lines)).hexdigest()
        headers = {"Host": host, "Content-Length": str(len(body))}
        if date is not None:
            headers[q.get("date_header", "Date")] = date
        if content_type is not None:
            headers["Content-Type"] = content_type
        if version is not None:
            headers["X-BackendAI-Version"] = version
        if not q.get("anonymous"):
            mac_name = q.get("mac", "HMAC")
            headers["Authorization"] = q.get("authorization") or (
                f"{q.get('scheme', 'BackendAI')} signMethod={mac_name}-{hash_name}, "
                f"credential={q.get('access_key', key)}:{signature}")
        headers.update({k: self.fill(v) for k, v in q.get("headers", {}).items()})
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            connection.send(body)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = text
        return answer.status, answer.getheader("Content-Type"), answer.headers, parsed
