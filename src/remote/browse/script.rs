//! What is run on pages to see them and to find what is acted on, in a world of its own that their scripts cannot reach.

/// Sees a page: its text in the order of its elements, and what can be acted on under references. Takes the first character and
/// how many.
pub(super) const SEE: &str = r#"(from, most) => {
  const found = new Map(), out = [], hidden = new Set();
  let line = '', count = 0;
  const flush = () => { const text = line.replace(/\s+/g, ' ').trim(); if (text) out.push(text); line = ''; };
  const blocks = new Set(['ADDRESS','ARTICLE','ASIDE','BLOCKQUOTE','BR','DD','DETAILS','DIALOG','DIV','DL','DT','FIELDSET','FIGCAPTION',
    'FIGURE','FOOTER','FORM','H1','H2','H3','H4','H5','H6','HEADER','HR','LI','MAIN','NAV','OL','P','PRE','SECTION','SUMMARY','TABLE','TD',
    'TH','TR','UL']);
  const none = new Set(['HEAD','SCRIPT','STYLE','TEMPLATE','NOSCRIPT','SVG','IFRAME','OBJECT','CANVAS','VIDEO','AUDIO']);
  const clear = (color) => /^rgba\(.*, 0\)$/.test(color);
  const parts = (color) => (color.match(/[\d.]+/g) || []).map(Number);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const look = getComputedStyle(one);
      if (look.backgroundImage !== 'none') return null;
      if (!clear(look.backgroundColor)) return parts(look.backgroundColor);
    }
    return [255, 255, 255];
  };
  const unseen = (element, look) => {
    if (look.display === 'none' || look.visibility !== 'visible') return 'invisible_text';
    if (Number(look.opacity) < 0.02) return 'transparent_text';
    const box = element.getBoundingClientRect();
    if (box.right + scrollX < -200 || box.bottom + scrollY < -200) return 'off_page_text';
    return null;
  };
  const faint = (element) => {
    const look = getComputedStyle(element);
    if (parseFloat(look.fontSize) < 3) return 'tiny_text';
    const back = ground(element), own = parts(look.color);
    if (own[3] === 0) return 'transparent_text';
    if (back && own.slice(0, 3).every((part, at) => Math.abs(part - back[at]) < 8)) return 'unseen_text';
    return null;
  };
  const role = (element) => {
    const name = element.tagName;
    if (name === 'A' && element.href) return 'link';
    if (name === 'BUTTON' || name === 'SUMMARY') return 'button';
    if (name === 'SELECT') return 'choice';
    if (name === 'TEXTAREA' || element.isContentEditable && !element.parentElement?.isContentEditable) return 'field';
    if (name === 'INPUT') {
      if (['button', 'submit', 'reset', 'image'].includes(element.type)) return 'button';
      if (['checkbox', 'radio'].includes(element.type)) return element.checked ? element.type + ', on' : element.type;
      return element.type === 'hidden' ? null : 'field';
    }
    const given = element.getAttribute('role');
    return ['button', 'link', 'checkbox', 'tab', 'menuitem', 'option', 'switch'].includes(given) ? given : null;
  };
  const said = (element) => (element.getAttribute('aria-label') || element.placeholder || element.title || element.alt || '').trim();
  const walk = (node) => {
    if (node.nodeType === 3) {
      if (!node.data.trim()) { line += ' '; return; }
      const why = node.parentElement && faint(node.parentElement);
      if (why) hidden.add(why); else line += node.data;
      return;
    }
    if (node.nodeType !== 1 && node.nodeType !== 11) return;
    if (node.nodeType === 1) {
      if (none.has(node.tagName.toUpperCase())) return;
      const why = unseen(node, getComputedStyle(node));
      if (why) { if ((node.textContent || '').trim()) hidden.add(why); return; }
    }
    const is = node.nodeType === 1 && role(node);
    const isBlock = node.nodeType === 1 && blocks.has(node.tagName);
    if (isBlock) flush();
    if (/^H[1-6]$/.test(node.tagName)) line += '#'.repeat(Number(node.tagName[1])) + ' ';
    if (node.tagName === 'LI') line += '- ';
    if (is) {
      const ref = 'e' + ++count;
      found.set(ref, node);
      line += ' [' + ref + '] ' + is + ' "';
      if (is === 'field') line += said(node) + '"' + (node.type !== 'password' && node.value ? ' = "' + node.value.slice(0, 200) + '"' : '');
      else if (is === 'choice') line += said(node) + '" = "' + (node.selectedOptions[0]?.textContent || '').trim() + '"';
      else { const before = line; for (const child of node.childNodes) walk(child);
        line += (line === before ? said(node) || node.value || '' : '') + '"'; }
      line += ' ';
    } else {
      if (node.tagName === 'IMG' && node.alt) line += ' ' + node.alt + ' ';
      for (const child of (node.shadowRoot || node).childNodes) walk(child);
    }
    if (isBlock) flush();
  };
  if (document.body) walk(document.body);
  flush();
  globalThis.mediaryFound = found;
  const all = Array.from(out.join('\n'));
  return { url: location.href, title: document.title.slice(0, 500), text: all.slice(from, from + most).join(''), refs: count,
    total_chars: all.length, hidden: Array.from(hidden) };
}"#;

/// Brings what a reference names into view; gives where it is, or that a script has clicked on it since something lies over it.
pub(super) const PLACE: &str = r"(ref, clicks) => {
  const element = globalThis.mediaryFound?.get(ref);
  if (!element || !element.isConnected) return null;
  element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const box = element.getBoundingClientRect();
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  const top = document.elementFromPoint(x, y);
  const isOpen = top && (element === top || element.contains(top) || top.contains(element) || element.getRootNode() !== document);
  if (clicks && !isOpen) { element.click(); return { clicked: true }; }
  return { x, y };
}";

/// Puts the cursor into what a reference names, and empties it.
pub(super) const FOCUS: &str = r"(ref) => {
  const element = globalThis.mediaryFound?.get(ref);
  if (!element || !element.isConnected) return null;
  element.focus();
  if ('value' in element && typeof element.select === 'function') element.select();
  else if (element.isContentEditable) { const range = document.createRange(); range.selectNodeContents(element);
    const chosen = getSelection(); chosen.removeAllRanges(); chosen.addRange(range); }
  return { ok: true };
}";

/// Scrolls.
pub(super) const SCROLL: &str =
    "(x, y) => { scrollBy({ left: x, top: y, behavior: 'instant' }); return { ok: true }; }";

/// The links of a page, each address once.
pub(super) const LINKS: &str = r"(most) => {
  const seen = new Map();
  for (const link of document.links) {
    const url = link.href;
    if (/^https?:/.test(url) && !seen.has(url)) seen.set(url, (link.innerText || link.title || '').replace(/\s+/g, ' ').trim().slice(0, 300));
    if (seen.size >= most) break;
  }
  return Array.from(seen, ([url, text]) => ({ url, text }));
}";

/// How far a page is.
pub(super) const STATE: &str = "() => ({ state: document.readyState, url: location.href })";
