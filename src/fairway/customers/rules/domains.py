"""Which company a domain stands for, if any."""

import ipaddress
import re
from urllib.parse import urlsplit


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Second-level names under which a country registers companies: co.uk, com.au, or.jp.
_SECOND_LEVEL = _names("""
    ac asn biz co com edu firm gen go gob gouv gov gv id ind info ltd mil ne net nhs nom or org plc sch web
""")
# Sites whose every user has a name of his own: the user's name is the company's, the site is not.
_HOSTS = _names("""
    azurewebsites.net blogspot.com business.site github.io gitlab.io herokuapp.com jimdofree.com jimdosite.com
    myshopify.com netlify.app squarespace.com vercel.app webflow.io weebly.com wixsite.com wordpress.com
""")
# Pages of companies on these say nothing by their domain.
_SHARED = _names("""
    amazon.com bit.ly ebay.com etsy.com facebook.com goo.gl google.com instagram.com linkedin.com linktr.ee
    tiktok.com twitter.com wikipedia.org x.com xing.com youtube.com
""")
_FREE_MAIL = _names("""
    126.com 139.com 163.com abv.bg aol.com arcor.de att.net bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com
    centrum.cz charter.net comcast.net cox.net daum.net duck.com earthlink.net email.com email.cz fastmail.com
    foxmail.com free.fr freenet.de gmail.com googlemail.com hanmail.net hey.com hushmail.com i.ua icloud.com inbox.lv
    inbox.ru interia.pl juno.com laposte.net libero.it list.ru mac.com mail.com mail.ru mailbox.org me.com msn.com
    nate.com naver.com o2.pl online.de onet.pl optonline.net optusnet.com.au orange.fr outlook.com pm.me posteo.de
    proton.me protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com sbcglobal.net seznam.cz sfr.fr shaw.ca
    sina.com sky.com sympatico.ca t-online.de talktalk.net telenet.be telia.com tiscali.it tuta.io tutanota.com
    ukr.net uol.com.br verizon.net virgilio.it virginmedia.com vodafone.de wanadoo.fr web.de windowslive.com wp.pl
    xs4all.nl yeah.net ymail.com zoho.com
""")
_FREE_BRANDS = frozenset({"yahoo", "hotmail", "outlook", "live", "gmx", "yandex", "aol", "mail2web"})
# Set aside for examples and tests: everyone uses them, so they tell nobody apart. Names under .example are
# ordinary.
_PLACEHOLDERS = frozenset({"example.com", "example.org", "example.net", "test.com", "domain.com"})
_NOWHERE = frozenset({"invalid", "localhost", "local", "internal"})


# What nearly all of them look like; the others are taken apart with more care.
_PLAIN = re.compile(r"(?:https?://)?(?:[^@\s/:]+@)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})/?", re.ASCII)


def host_of(text: str) -> str | None:
    """The host in an e-mail address, URL or host name, in ASCII; None when there is none."""
    bare = text.strip().rstrip(".").lower()
    if (plain := _PLAIN.fullmatch(bare)) and len(plain[1]) <= 200:
        return plain[1]
    if not bare or any(sign in bare for sign in (" ", "\n", "\t")):
        return None
    if "@" in bare and "/" not in bare.split("@", 1)[0]:
        bare = bare.rpartition("@")[2]
    try:
        host = urlsplit(bare if "//" in bare else f"//{bare}").hostname or ""
        host = host.rstrip(".").encode("idna").decode("ascii") if not host.isascii() else host
    except (ValueError, UnicodeError):
        return None
    return host if _is_name(host) else None


def registered(host: str) -> str:
    """The part of a host that someone registered: shop.acme.co.uk gives acme.co.uk."""
    labels = host.split(".")
    for keep in (2, 3):
        if ".".join(labels[-keep:]) in _HOSTS and len(labels) > keep:
            return ".".join(labels[-keep - 1 :])
    is_country = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if is_country else labels[-2:])


def is_free_mail(domain: str) -> bool:
    return domain in _FREE_MAIL or domain.split(".")[0] in _FREE_BRANDS


def is_placeholder(domain: str) -> bool:
    return domain in _PLACEHOLDERS or domain.rpartition(".")[2] in _NOWHERE


def is_shared_site(domain: str) -> bool:
    return domain in _SHARED or domain in _HOSTS


def _is_name(host: str) -> bool:
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 200 or not all(labels) or labels[-1].isdigit():
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return all(label.replace("-", "").replace("_", "").isalnum() for label in labels)
    return False
