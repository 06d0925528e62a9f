# SPDX-License-Identifier: Apache-2.0
"""A mail server for the tests: aiosmtpd with a real mailbox (Maildir), STARTTLS or TLS, and a login.

smtp.py MAILDIR PORT [starttls|tls CERT KEY [USER PASSWORD]]
"nobody@…" is refused for ever (550), "later@…" the first time it is named (450).
"""
import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult

folder, port, kind, *rest = [*sys.argv[1:], "plain"] if len(sys.argv) == 3 else sys.argv[1:]
context = None
if kind != "plain":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(rest[0], rest[1])
login = tuple(text.encode() for text in rest[2:4])


class Door(Mailbox):
    named = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return "550 5.1.1 There is no nobody here"
        if name == "later" and address not in self.named:
            self.named.add(address)
            return "450 4.2.0 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == login, handled=False)


def door():
    return SMTP(
        Door(folder),
        hostname="mail.test",
        tls_context=context if kind == "starttls" else None,
        require_starttls=kind == "starttls",
        authenticator=check if login else None,
        auth_required=bool(login),
        auth_require_tls=kind == "starttls",  # it does not see the TLS around it
    )


async def main():
    server = await asyncio.get_running_loop().create_server(
        door, "127.0.0.1", int(port), ssl=context if kind == "tls" else None
    )
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
