"""The config of a home: `load` reads it, `template` and `list_block` write parts of it, the nouns are what it holds."""

from listforum.config.blocks import account_block, list_block, template
from listforum.config.load import load
from listforum.config.settings import (
    EMPTY,
    Account,
    Auth,
    Budget,
    Config,
    ListSettings,
    Proxy,
    SearchSettings,
    SecretCommand,
    SecretPrompt,
    SecretSource,
    SecretValue,
    Server,
    SyncSettings,
    Tls,
)
from listforum.config.values import amount, budget, list_name, suggested_name

__all__ = [
    "EMPTY",
    "Account",
    "Auth",
    "Budget",
    "Config",
    "ListSettings",
    "Proxy",
    "SearchSettings",
    "SecretCommand",
    "SecretPrompt",
    "SecretSource",
    "SecretValue",
    "Server",
    "SyncSettings",
    "Tls",
    "account_block",
    "amount",
    "budget",
    "list_block",
    "list_name",
    "load",
    "suggested_name",
    "template",
]
