// The sandbox page: groups and people in the browser over /sandbox/{state,events,say,recall,again,limits}.
import { ChatView, element, face } from './sandbox_chat.js';
import { NoticePanel } from './sandbox_notice.js';
import { clock, modeWords, ruleRows, ruleStrip, samples, trades, windowWords } from './sandbox_words.js';

const at = id => document.getElementById(id);
const lines = new Map(); // by message id
const pending = [];      // said here, not yet heard of from the server
const read = new Map();  // chat → place of the last line seen
let house = null;        // what /sandbox/state said
let here = { group: '', person: '', direct: false };
let skew = 0;
let source = null;

const now = () => Date.now() + skew;
const chatOf = line => `${line.direct ? 'p' : 'g'}:${line.chat}`;
const current = () => here.direct ? `p:${here.person}` : `g:${here.group}`;
const group = () => house.groups.find(one => one.id === here.group);
const person = () => group().people.find(one => one.id === here.person);
const record = () => house.records.find(one => one.name === house.record);
const linesOf = chat => [...lines.values()].filter(line => chatOf(line) === chat).sort((a, b) => a.place - b.place);
const shortName = one => one.name.replace('（示例）', '');
const summary = line => line.recalled ? '撤回了一句话' : line.text.replace(/\s+/g, ' ') || (line.media ? '［图片］' : line.note);

const view = new ChatView(at('scroll'), at('lines'), {
    bot: () => house.bot,
    me: () => here.person,
    now,
    find: id => lines.get(id),
    choose: (words, line) => {
        const asker = line.quotes && lines.get(line.quotes);
        if (asker && asker.person !== here.person) choosePerson(asker.person);
        say(words, { mention: !here.direct && !record().hears_all });
    },
    resend: line => post(line),
});

const notice = new NoticePanel({
    now,
    groupName: id => (house.groups.find(one => one.id === id) || {}).name,
    record,
    onWaiting: drawWaiting,
});

function trouble(message) {
    at('trouble').textContent = message;
    at('trouble').hidden = !message;
}

async function call(action, body) {
    const answer = await fetch(`/sandbox/${action}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    const value = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(value.detail || '服务没有回答');
    return value;
}

const reason = error => error instanceof TypeError ? '网断了。你写的还在，连上网再发' : error.message;

// ---- what is shown

function visible() {
    const known = linesOf(current());
    const waiting = pending.filter(line => chatOf(line) === current());
    return [...known, ...waiting];
}

function drawChat(fresh) {
    const shown = visible();
    if (fresh) view.show(shown);
    else view.update(shown);
    const empty = shown.length === 0;
    at('welcome').hidden = !empty;
    at('samples').hidden = empty;
    if (shown.length) read.set(current(), Math.max(read.get(current()) || 0, ...shown.map(line => line.place)));
    drawGroups();
    drawStrip();
    drawTries();
}

function drawGroups() {
    let total = 0;
    const items = house.groups.map(one => {
        const chat = `g:${one.id}`;
        const known = linesOf(chat).filter(line => line.kind !== 'remark');
        const last = known[known.length - 1];
        const unread = known.filter(line => line.place > (read.get(chat) || 0)).length;
        if (chat !== current()) total += unread;
        return groupButton(one, last, chat === current() ? 0 : unread);
    });
    const focused = document.activeElement && document.activeElement.dataset.group;
    at('groups').replaceChildren(...items);
    if (focused) at('groups').querySelector(`[data-group="${focused}"]`).focus();
    at('unread').textContent = total;
    at('unread').hidden = total === 0;
    at('to-groups').setAttribute('aria-label', total ? `看所有群，${total} 条没看` : '看所有群');
}

function groupButton(one, last, unread) {
    const trade = trades[one.trade] || trades.other;
    const name = shortName(one);
    const text = last ? `${last.kind === 'person' ? last.name : '机器人'}：${summary(last)}` : '还没人说话';
    const count = unread ? element('b', 'count', unread > 99 ? '99+' : String(unread)) : '';
    if (count) count.setAttribute('aria-label', `${unread} 条没看`);
    const button = element('button', 'group', face(one.name, false, trade.mark), element('span', 'group-words',
        element('span', 'group-name', name), element('span', 'group-last', element('span', 'trade', trade.word), text)),
    element('span', 'group-side', last ? element('span', 'time', clock(last.time)) : '', count));
    button.type = 'button';
    button.dataset.group = one.id;
    if (one.id === here.group) button.setAttribute('aria-current', 'true');
    button.onclick = () => { chooseGroup(one.id); showPane('chat'); };
    return element('li', '', button);
}

function drawHead() {
    const one = group();
    at('chat-name').textContent = here.direct ? `${person().name} 和机器人` : shortName(one);
    const isExample = one.name !== shortName(one) ? '示例群 · ' : '';
    at('chat-facts').textContent = here.direct ? '私聊，什么都可以问'
        : `${isExample}${(trades[one.trade] || trades.other).word} · ${one.people.length} 人 · ${record().hears_all ? modeWords(one.mode) : '@ 了才听得到'}`;
    at('in-group').setAttribute('aria-pressed', String(!here.direct));
    at('in-private').setAttribute('aria-pressed', String(here.direct));
    at('mention-box').hidden = here.direct;
    at('send').textContent = here.direct ? '发给机器人' : '发到群里';
    at('welcome-title').textContent = here.direct ? `${person().name}，想问机器人什么？` : '这个群还没人说话';
    at('welcome-hint').textContent = here.direct ? '点一句，或者自己写。' : '点一句试试：你扮群里的人，机器人会像在真的群里一样答话，或者不作声。';
    const tries = samples(one.trade).filter(sample => !here.direct || sample.mention);
    at('starters').replaceChildren(...tries.map(sample => element('li', '', starter(sample, 'starter', sample.hint))));
    at('samples').replaceChildren(...tries.map(sample => starter(sample, 'chip', '')));
}

function starter(sample, className, hint) {
    const button = element('button', className, element('span', '', sample.text), hint ? element('small', '', hint) : '');
    button.type = 'button';
    button.onclick = () => say(sample.text, { mention: sample.mention && !here.direct });
    return button;
}

function drawPeople() {
    at('person').replaceChildren(...group().people.map(one => {
        const role = { owner: '（群主）', admin: '（管理员）' }[one.role] || '';
        return new Option(one.name + role, one.id);
    }));
    at('person').value = here.person;
}

function drawRecord() {
    const one = record();
    at('records').replaceChildren(...house.records.map(each => {
        const input = element('input');
        Object.assign(input, { type: 'radio', name: 'record', value: each.name, checked: each.name === one.name });
        input.onchange = () => chooseRecord(each.name);
        return element('label', 'record', input, element('span', '', each.label));
    }));
    at('rules-title').textContent = '这样一来';
    at('rules-list').replaceChildren(...ruleRows(one).map(([what, how, limit]) =>
        element('div', limit ? 'limit' : '', element('dt', '', what), element('dd', '', how))));
}

let drawnStrip = '';
function drawStrip() {
    const newest = linesOf(current()).filter(line => line.window && !line.recalled).pop();
    const one = record();
    const left = one.window_ms ? windowWords(newest && newest.window, now()) : '';
    const shape = [one.label, left, here.direct].join('|');
    if (shape === drawnStrip) return;
    drawnStrip = shape;
    at('rules-strip').className = left ? 'strip has-left' : 'strip';
    at('rules-strip').replaceChildren(element('b', '', one.label), element('span', 'rule-words', here.direct ? '私聊里每句都听得到' : ruleStrip(one)),
        left ? element('span', 'left', left) : '');
}

function drawWaiting(byGroup) {
    const count = byGroup.get(here.group) || 0;
    at('waiting').hidden = !count || here.direct;
    if (!count) return;
    const why = record().push === 'next_opening' ? '有人 @ 机器人说一句话，它就跟着发出来' : '按现在的规矩发不出来，换一个平台的规矩再看';
    at('waiting').textContent = `有 ${count} 条通知在等：${why}`;
}

function drawTries() {
    const mine = linesOf(current()).filter(line => line.person === here.person && !line.recalled).pop();
    at('try-recall').disabled = !mine;
    at('try-again').disabled = !mine || !mine.heard;
    at('tries').dataset.id = mine ? mine.id : '';
}

// ---- what a person does

function chooseGroup(id) {
    here = { group: id, person: house.groups.find(one => one.id === id).people.find(one => one.role === 'member').id, direct: false };
    drawPeople();
    drawHead();
    drawChat(true);
    notice.tellWaiting();
}

function choosePerson(id) {
    here.person = id;
    at('person').value = id;
    drawHead();
    drawChat(true);
}

function chooseDirect(direct) {
    here.direct = direct;
    drawHead();
    drawChat(true);
    notice.tellWaiting();
}

async function chooseRecord(name) {
    try {
        await call('limits', { record: name });
        takeRecord(name);
    } catch (error) {
        trouble(`没换成：${reason(error)}。`);
        drawRecord();
    }
}

function takeRecord(name) {
    if (house.record === name) return;
    house.record = name;
    const focused = document.activeElement && document.activeElement.name === 'record';
    drawRecord();
    if (focused) at('records').querySelector('input:checked').focus();
    drawHead();
    drawStrip();
    notice.draw();
    notice.tellWaiting();
}

let counter = 0;
function say(text, { mention = false, media = '' } = {}) {
    const words = text.trim();
    if (!words && !media) return;
    const key = `${Date.now().toString(36)}-${(counter += 1)}-${Math.random().toString(36).slice(2, 8)}`;
    const line = {
        id: key, key, kind: 'person', chat: here.direct ? here.person : here.group, direct: here.direct, group: here.group,
        person: here.person, name: person().name, role: here.direct ? '' : person().role, text: words, media, note: '', quotes: '',
        time: now(), place: Number.MAX_SAFE_INTEGER, number: 0, mention: mention && !here.direct, pending: true,
    };
    pending.push(line);
    drawChat(false);
    view.toEnd();
    post(line);
}

async function post(line) {
    Object.assign(line, { pending: true, failed: '' });
    drawChat(false);
    try {
        const { group: from, direct, person: who, text, mention, media, key } = line;
        take(await call('say', { group: from, direct, person: who, text, mention, media, key }));
    } catch (error) {
        if (!pending.includes(line)) return;
        Object.assign(line, { pending: false, failed: reason(error) });
        drawChat(false);
    }
}

async function tryOut(action) {
    at('tries').open = false;
    at('tries').querySelector('summary').focus();
    try {
        await call(action, { id: at('tries').dataset.id });
        trouble('');
    } catch (error) {
        trouble(`没办成：${reason(error)}。`);
    }
}

// ---- what the server tells

function take(line) {
    const known = lines.get(line.id);
    if (known && known.number > line.number) return;
    const sent = line.key ? pending.findIndex(one => one.key === line.key) : -1;
    if (sent >= 0) pending.splice(sent, 1);
    lines.set(line.id, line);
    if (lines.size > 6000) lines.delete(lines.keys().next().value);
    if (chatOf(line) === current()) drawChat(false);
    else drawGroups();
}

function follow() {
    if (source) source.close();
    const after = Math.max(house.last, ...[...lines.values()].map(line => line.number));
    source = new EventSource(`/sandbox/events?after=${after}`);
    source.onmessage = event => take(JSON.parse(event.data));
    source.addEventListener('head', event => {
        const head = JSON.parse(event.data);
        if (head.boot !== house.boot) restart();
        else takeRecord(head.record);
    });
    let since = 0;
    source.onopen = () => { since = 0; trouble(''); };
    source.onerror = () => {
        since = since || now();
        trouble(`和服务断开了，正在重连。看到的是 ${clock(since)} 以前的内容，你写的还在。`);
        if (source.readyState === EventSource.CLOSED) setTimeout(follow, 2000);
    };
}

async function load() {
    const answer = await fetch('/sandbox/state', { cache: 'no-store' });
    if (!answer.ok) throw new Error('no state');
    house = await answer.json();
    skew = house.now - Date.now();
    lines.clear();
    house.lines.forEach(line => lines.set(line.id, line));
}

async function restart() {
    if (source) source.close();
    try {
        const before = here;
        await load();
        drawRecord();
        if (group()) { here = before; drawPeople(); drawHead(); drawChat(true); } else chooseGroup(house.groups[0].id);
        follow();
        trouble('');
    } catch (error) {
        trouble('没连上服务，正在重试。');
        setTimeout(restart, 2000);
    }
}

// ---- panes of a narrow window, tabs, keys

function showPane(name) {
    document.body.dataset.pane = name;
    const target = { chat: 'chat-name', groups: 'groups-title', panel: 'tab-rules' }[name];
    if (getComputedStyle(at('to-panel')).display !== 'none') at(target).focus({ preventScroll: true });
    if (name === 'chat') view.toEnd();
}

function showTab(name) {
    for (const one of ['rules', 'notice']) {
        at(`tab-${one}`).setAttribute('aria-selected', String(one === name));
        at(`tab-${one}`).tabIndex = one === name ? 0 : -1;
        at(one).hidden = one !== name;
    }
}

for (const name of ['rules', 'notice']) {
    at(`tab-${name}`).onclick = () => showTab(name);
    at(`tab-${name}`).onkeydown = event => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        const other = name === 'rules' ? 'notice' : 'rules';
        showTab(other);
        at(`tab-${other}`).focus();
    };
}
at('to-groups').onclick = () => showPane('groups');
at('to-panel').onclick = () => showPane('panel');
at('from-panel').onclick = () => showPane('chat');
at('in-group').onclick = () => chooseDirect(false);
at('in-private').onclick = () => chooseDirect(true);
at('person').onchange = () => choosePerson(at('person').value);
at('say').onsubmit = event => {
    event.preventDefault();
    say(at('text').value, { mention: at('mention').checked });
    at('text').value = '';
};
at('try-picture').onclick = () => { at('tries').open = false; say('', { media: 'image', mention: false }); };
at('try-recall').onclick = () => tryOut('recall');
at('try-again').onclick = () => tryOut('again');
at('tries').onkeydown = event => { if (event.key === 'Escape') { at('tries').open = false; at('tries').querySelector('summary').focus(); } };
document.addEventListener('click', event => { if (!at('tries').contains(event.target)) at('tries').open = false; });
setInterval(() => { if (house && !document.hidden) drawStrip(); }, 1000);

async function start() {
    try {
        await load();
        for (const one of house.groups)
            read.set(`g:${one.id}`, Math.max(0, ...linesOf(`g:${one.id}`).map(line => line.place)));
        drawRecord();
        chooseGroup(house.groups[0].id);
        follow();
        notice.start();
        trouble('');
    } catch (error) {
        trouble('没连上服务，正在重试。');
        setTimeout(start, 2000);
    }
}
start();
