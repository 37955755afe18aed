// The chat itself: lines as bubbles, changed in place so that a screen reader hears each once.
import { readReply, roles, when } from './sandbox_words.js';

const pause = 5 * 60 * 1000; // a longer silence gets a time of its own
const folded = 420;          // characters of a text that starts folded

export function element(tag, className, ...content) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...content.filter(one => one !== null && one !== ''));
    return made;
}

export function face(name, isBot, mark) {
    const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0), 0);
    const made = element('span', `face ${isBot ? 'face-bot' : `tint${sum % 6}`}`, mark || (isBot ? '工' : [...name].pop()));
    made.setAttribute('aria-hidden', 'true');
    return made;
}

function withMentions(text, mention, bot) {
    const words = element('p', '');
    if (mention) words.append(element('b', 'at', `@${bot}`), ' ');
    words.append(text);
    return words;
}

function chip(one, line, act) {
    const made = element('button', 'chip', one.number ? element('b', '', one.number) : '', one.label);
    made.type = 'button';
    made.onclick = () => act.choose(one.words, line);
    return made;
}

function replyBody(line, act) {
    const reply = readReply(line.text);
    const body = element('div', 'reply');
    reply.paragraphs.forEach((text, index) => {
        const isStep = /^\d+[.、]/.test(text);
        body.append(element('p', index === 0 && (reply.source || line.kind === 'notice') ? 'lead' : isStep ? 'step' : '', text));
    });
    if (reply.source) body.append(element('p', 'source', element('span', '', '依据'), element('cite', '', reply.source)));
    if (reply.chips.length) {
        const shape = reply.chips.some(one => one.label.length > 7) ? ' tall' : '';
        const chips = element('div', `chips${shape}${reply.chips.length > 5 ? ' many' : ''}`);
        chips.append(...reply.chips.map(one => chip(one, line, act)));
        body.append(chips);
    }
    return body;
}

function picture() {
    const space = 'http://www.w3.org/2000/svg';
    const image = document.createElementNS(space, 'svg');
    image.setAttribute('viewBox', '0 0 120 80');
    image.setAttribute('class', 'picture');
    image.setAttribute('role', 'img');
    image.setAttribute('aria-label', '一张图片（占位）');
    for (const [tag, values] of [['path', { d: 'M0 80V62l32-30 26 26 18-14 44 36z', class: 'hill' }], ['circle', { cx: 90, cy: 22, r: 9, class: 'sun' }]]) {
        const part = document.createElementNS(space, tag);
        Object.entries(values).forEach(([name, value]) => part.setAttribute(name, value));
        image.append(part);
    }
    return image;
}

function words(line, act) {
    if (line.media) return picture();
    const body = line.kind === 'person' ? withMentions(line.text, line.mention, act.bot()) : replyBody(line, act);
    if (line.text.length <= folded) return body;
    const more = element('details', 'fold', element('summary', '', `${line.text.slice(0, 60)}… 展开全文`), body);
    return more;
}

function quote(line, act) {
    const asked = line.quotes && act.find(line.quotes);
    if (!asked) return null;
    return element('p', 'quote', asked.recalled ? `${asked.name} 撤回了一句话` : `${asked.name}：${asked.text || '［图片］'}`);
}

function thinking() {
    const dots = element('p', 'thinking', element('i'), element('i'), element('i'), element('span', '', '机器人在想'));
    return dots;
}

function head(line) {
    const isBot = line.kind !== 'person';
    const tag = line.kind === 'notice' ? '通知' : isBot ? '机器人' : roles[line.role];
    return element('p', 'who-said', element('b', '', line.name), tag ? element('span', `tag ${isBot ? 'tag-bot' : ''}`, tag) : '');
}

/// One line as a list item. `act`: bot(), find(id), choose(words, line), resend(line), me().
export function bubble(line, before, act) {
    const item = element('li', `line ${line.kind}`);
    item.dataset.id = line.id;
    if (!before || line.time - before.time > pause)
        item.append(element('p', 'moment', when(line.time, act.now())));
    if (line.kind === 'remark') {
        item.append(element('p', 'remark-text', line.note));
        return item;
    }
    if (line.recalled) {
        item.append(element('p', 'remark-text', `${line.name} 撤回了一句话`), line.note ? element('p', 'remark-text', line.note) : '');
        return item;
    }
    const isMine = line.kind === 'person' && line.person === act.me();
    if (isMine) item.classList.add('mine');
    const said = element('div', 'said', head(line), element('div', 'bubble', quote(line, act), words(line, act)));
    item.append(element('div', 'row', face(line.name, line.kind !== 'person'), said));
    if (line.failed) {
        const again = element('button', 'again', '再发一次');
        again.type = 'button';
        again.onclick = () => act.resend(line);
        item.append(element('p', 'remark-text failed', `没发出去：${line.failed}`, again));
    } else if (line.pending) {
        item.append(element('p', 'remark-text pending', '正在发…'));
    } else if (line.note) {
        item.append(element('p', 'remark-text', line.note));
    }
    if (line.thinking) item.append(thinking());
    return item;
}

/// Keeps the list on the page equal to `lines`, touching only items that changed.
export class ChatView {
    constructor(scroll, list, act) {
        Object.assign(this, { scroll, list, act, drawn: new Map() });
    }

    show(lines) {
        this.scroll.setAttribute('aria-live', 'off');
        this.drawn.clear();
        this.list.textContent = '';
        this.update(lines);
        this.toEnd();
        setTimeout(() => this.scroll.setAttribute('aria-live', 'polite'), 100);
    }

    update(lines) {
        const atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80;
        const kept = new Set(lines.map(line => line.id));
        for (const [id, one] of this.drawn)
            if (!kept.has(id)) { one.item.remove(); this.drawn.delete(id); }
        lines.forEach((line, index) => this.place(line, lines[index - 1], index));
        if (atEnd) this.toEnd();
    }

    place(line, before, index) {
        const known = this.drawn.get(line.id);
        const shape = JSON.stringify([line.number, line.failed, line.pending, before && before.id, this.act.me()]);
        let item = known && known.item;
        if (!known || known.shape !== shape) {
            item = bubble(line, before, this.act);
            if (known) known.item.replaceWith(item);
            this.drawn.set(line.id, { item, shape });
        }
        if (this.list.children[index] !== item) this.list.insertBefore(item, this.list.children[index] || null);
    }

    /// The end; when the last line is taller than the window, its beginning, so that reading starts at the top.
    toEnd() {
        const last = this.list.lastElementChild;
        const tall = last && last.offsetHeight > this.scroll.clientHeight;
        this.scroll.scrollTop = tall ? last.offsetTop - 8 : this.scroll.scrollHeight;
    }
}
