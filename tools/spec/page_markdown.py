# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes HTML of one document of the specification.

On top of Python-Markdown: requirements become blocks with an anchor, hex
examples become tables, state diagrams become SVG, links lead to places within
the one page, and tables can scroll on their own.

  section = page_markdown.convert("wire.md", text, {"wire.md": "wire"})
"""

import html
import posixpath
import re
from typing import List, NamedTuple, Tuple

import markdown
from markdown import extensions
from markdown import preprocessors
from markdown import treeprocessors

import diagram
import prose

_FENCE = re.compile(r"^```(hex|mermaid)(.*)\n((?:.*\n)*?)```[ \t]*$",
                    re.MULTILINE)
_VECTOR = re.compile(r"vector=(\S+)")
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_REQUIREMENTS = re.compile(
    r'<ul>\n(<li>(?:\n<p>)?<a id="FR-(?:(?!</?ul>).)*)</ul>', re.DOTALL)
_REQUIREMENT = re.compile(
    r'<li>(?:\n<p>)?<a id="(?P<id>FR-[A-Z]{3}-\d{3})"></a>'
    r"<strong>\[(?P=id)\]</strong> (?P<text>.*?)(?:</p>\n)?</li>", re.DOTALL)
_KEY_WORD = re.compile(r"\b(MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b")
_NOTE = re.compile(r"<blockquote>\n<p><strong>(Note|Why):</strong>")
_OCTETS = re.compile(r"<code>((?:[0-9a-f]{2} ){1,7}[0-9a-f]{2})</code>")
_TAG = re.compile(r"(<[^>]*>)")
_MENTION = re.compile(r"\b(?:FR-)?([A-Z]{3}-\d{3})\b")
# Within these a mention of a requirement stays as it is.
_LINKLESS = ("a", "code", "pre", "svg", "h2", "h3", "h4", "h5")
_EXTERNAL = ("http://", "https://", "mailto:")
_MARKS = {">": "parent", "<": "child", "": ""}


class Heading(NamedTuple):
  level: int
  anchor: str
  title: str  # HTML


class Section(NamedTuple):
  """A document as a part of the page."""
  name: str
  body: str
  headings: List[Heading]
  files: List[str]  # what it links to besides documents, from the root


def hex_table(info, lines, heading=""):
  """A hex example: direction, octets in groups, remark; and the vector's name
  unless it is the heading above."""
  rows = []
  for line in lines:
    octets, _, remark = line.partition("#")
    mark = octets[:1] if octets[:1] in (">", "<") else ""
    groups = re.split(r"\s{2,}", octets[len(mark):].strip())
    who = _MARKS[mark]
    said = (f'<td class="from">{who} {html.escape(mark)}</td>' if who else "")
    rows.append(
        f'<tr class="{who}">{said}<td class="octets">' +
        " ".join(f"<span>{html.escape(group)}</span>" for group in groups) +
        f'</td><td class="remark">{html.escape(remark.strip())}</td></tr>')
  vector = _VECTOR.search(info)
  caption = (f"<figcaption>vector <code>{html.escape(vector[1])}</code>"
             "</figcaption>" if vector and vector[1] != heading else "")
  return (f'<figure class="hex"><div class="scroll"><table>{"".join(rows)}'
          f"</table></div>{caption}</figure>")


class _Fences(preprocessors.Preprocessor):
  """Takes hex examples and diagrams out of the text before Markdown sees them.
  """

  def run(self, lines):
    text = _COMMENT.sub("", "\n".join(lines) + "\n")
    heading = ""
    out, position = [], 0
    for fence in _FENCE.finditer(text):
      before = text[position:fence.start()]
      titles = re.findall(r"^#+ (.*)$", before, re.MULTILINE)
      heading = titles[-1] if titles else heading
      out += [before, self._block(fence, heading)]
      position = fence.end()
    return ("".join(out) + text[position:]).split("\n")

  def _block(self, fence, heading):
    kind, info, body = fence.groups()
    if kind == "hex":
      made = hex_table(info, body.splitlines(), heading)
    else:
      drawing = diagram.svg(body, f"State diagram: {heading}")
      made = f'<figure class="diagram scroll">{drawing}</figure>'
    return f"\n{self.md.htmlStash.store(made)}\n"


class _Links(treeprocessors.Treeprocessor):
  """Makes links lead to where the one page has their target."""

  def __init__(self, md, name, anchors):
    super().__init__(md)
    self._name = name
    self._anchors = anchors
    self.files = []

  def run(self, root):
    for link in root.iter("a"):
      target = self._target(link.get("href", ""))
      if target:
        link.set("href", target)
      else:
        # A file of the repository: the page is read without it.
        self.files.append(self._path(link.attrib.pop("href")))
        link.tag = "span"
        link.set("class", "file")
        link.set("title", "in the repository: " + self.files[-1])

  def _path(self, href):
    return posixpath.normpath(posixpath.join(
        "spec", posixpath.dirname(self._name), href.partition("#")[0]))

  def _target(self, href):
    if href.startswith(_EXTERNAL):
      return href
    path, _, fragment = href.partition("#")
    name = path or self._name
    if name not in self._anchors:
      return None
    if fragment.startswith("FR-"):
      return "#" + fragment
    anchor = self._anchors[name]
    return f"#{anchor}--{fragment}" if fragment else f"#{anchor}"


class _Tables(treeprocessors.Treeprocessor):
  """Puts each table into a box that scrolls."""

  def run(self, root):
    for parent in list(root.iter()):
      for index, child in enumerate(list(parent)):
        if child.tag == "table" and parent.get("class") != "scroll":
          box = parent.makeelement("div", {"class": "scroll"})
          parent.remove(child)
          box.append(child)
          box.tail, child.tail = child.tail, None
          parent.insert(index, box)


class _Extension(extensions.Extension):

  def __init__(self, name, anchors):
    super().__init__()
    self._name = name
    self._anchors = anchors
    self.links = None

  def extendMarkdown(self, md):  # the name is Python-Markdown's
    self.links = _Links(md, self._name, self._anchors)
    md.preprocessors.register(_Fences(md), "forkrpc-fences", 27)
    md.treeprocessors.register(self.links, "forkrpc-links", 3)
    md.treeprocessors.register(_Tables(md), "forkrpc-tables", 2)


def _link_mentions(body, known):
  """Makes links of the requirements that running text only names."""
  def link(match):
    name = f"FR-{match[1]}"
    return (f'<a href="#{name}">{match[0]}</a>' if name in known else match[0])

  parts, depth = _TAG.split(body), 0
  for at, part in enumerate(parts):
    if at % 2:
      name = part.strip("</>").split()[0]
      depth += (-1 if part[1] == "/" else 1) * (name in _LINKLESS)
    elif not depth:
      parts[at] = _MENTION.sub(link, part)
  return "".join(parts)


def _requirement(match):
  text = match["text"]
  level = _KEY_WORD.search(text)
  name = level[1].split()[0].lower() if level else "none"
  text = _KEY_WORD.sub(r'<b class="key">\1</b>', text)
  return (f'<li id="{match["id"]}" class="req {name}">'
          f'<a class="id" href="#{match["id"]}">{match["id"]}</a>'
          f"<span>{text}</span></li>")


def _requirements(match):
  return f'<ul class="reqs">\n{_REQUIREMENT.sub(_requirement, match[1])}</ul>'


def _headings(tokens):
  for token in tokens:
    yield Heading(token["level"], token["id"], token["name"])
    yield from _headings(token["children"])


def convert(name, text, anchors, known=frozenset()):
  """The document `name` as HTML; `known` are the requirements of the page.

  `anchors` has the page's anchor for each document that the page holds. A
  heading's anchor is that of its document, two hyphens and its own; the title
  gets the document's.
  """
  mine = anchors[name]
  title = []

  def anchor(heading, _):
    if not title:
      title.append(heading)
      return mine
    return f"{mine}--{prose.slug(heading)}"

  own = _Extension(name, anchors)
  md = markdown.Markdown(
      extensions=["tables", "fenced_code", "attr_list", "def_list",
                  "sane_lists", "toc", own],
      extension_configs={"toc": {"slugify": anchor, "baselevel": 2}},
      output_format="html")
  body = md.convert(text)
  body = _REQUIREMENTS.sub(_requirements, body)
  body = _NOTE.sub(lambda found: f'<blockquote class="{found[1].lower()}">\n'
                                 f"<p><strong>{found[1]}.</strong>", body)
  body = _link_mentions(body, known)
  body = _OCTETS.sub(r'<code class="octets">\1</code>', body)
  return Section(name, body, list(_headings(md.toc_tokens)), own.links.files)
