"""Texts that want to be more than texts, where they are shown."""

SITE = "evil.example"

HOSTILE = [
    f"<script>window.owned=1;fetch('//{SITE}/s')</script>",
    f"<img src=//{SITE}/i.png onerror=window.owned=1>",
    f"<a href='https://{SITE}/a'>a</a>",
    f"<svg onload=window.owned=1>{SITE}",
    f"[click](https://{SITE}/m)",
    f"[click](javascript:window.owned=1) {SITE}",
    f"![x](//{SITE}/m.png)",
    f"[click]: https://{SITE}",
    f"<https://{SITE}/angle>",
    f"https://{SITE}/bare",
    f"HTTPS://{SITE} WWW.{SITE}",
    f"https&#58;//{SITE} &#119;ww.{SITE}",
    f"https\\://{SITE} www\\.{SITE}",
    f"www.{SITE}/x",
    f"_www.{SITE}_",
    f"someone@{SITE} mailto:someone@{SITE}",
    f"\\[x](//{SITE})",
    f"| a | b |\n|---|---|\n| {SITE} |",
    f"`code` **bold** ~~gone~~ # {SITE}",
    f"\u202e{SITE}\u200f\x1b[31m\x07\r\n\u2028",
    f"@everyone @here @channel {SITE}",
    f"<!channel> <!everyone> <!subteam^S1> <@U123|{SITE}> <#C1>",
    f"<https://{SITE}|click>",
    f"<@&123> <@!1> <#1> <t:1:R> <a:x:1> ||{SITE}||",
    f"tg://user?id=1 {SITE}",
    f'=HYPERLINK("//{SITE}")',
]
"""HTML, Markdown, GitHub's Markdown, terminals, Slack, Discord, Telegram, spreadsheets."""
