"""The form of what programs send and are sent: each is built when it is first used.

A hundred of them built at the start would cost each web process 6 MB and half a second. It is
said of ninja's own class, since ninja makes further ones of it around ours.
"""

from ninja import Schema

Schema.model_config["defer_build"] = True

__all__ = ["Schema"]
