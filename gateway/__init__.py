"""The only public door of the suite: identity, routing, the web app and one API document.

Owns: how a request reaches a service, in this process or over a wire. Refuses to own: any fact
about residents, tasks or money, and any permission; services decide those themselves.
"""
