// The organizer's panel: write a notice, see whom it reaches, have it approved, follow it. Speaks /api/v1.
import { element } from './sandbox_chat.js';
import { categories, hour, trades } from './sandbox_words.js';

const at = id => document.getElementById(id);
const states = {
    draft: '草稿', review: '待复核', rejected: '退回', scheduled: '已排好', sending: '正在发', paused: '已暂停',
    done: '发完', cancelled: '已取消', recalled: '已撤回',
};
const going = ['review', 'scheduled', 'sending', 'paused'];

const storage = {
    get: key => { try { return sessionStorage.getItem(key) || ''; } catch (error) { return ''; } },
    set: (key, value) => { try { sessionStorage.setItem(key, value); } catch (error) { /* private window */ } },
};

/// Tokens come in the fragment, which is never sent anywhere, and leave the address bar at once.
function takeTokens() {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const role of ['organizer', 'reviewer'])
        if (given.get(role)) storage.set(role, given.get(role));
    if (given.get('organizer')) history.replaceState(null, '', location.pathname);
}

export class NoticePanel {
    constructor(house) {
        Object.assign(this, { house, groups: [], audience: '', shown: null, preview: null, waiting: new Map(), failures: [], error: '' });
        at('keys').onsubmit = event => { event.preventDefault(); this.useKeys(); };
        at('draft').onsubmit = event => { event.preventDefault(); this.look(); };
        for (const id of ['title', 'body'])
            at(id).oninput = () => storage.set(id, at(id).value);
    }

    async start() {
        takeTokens();
        at('category').replaceChildren(...categories.map(([id, word]) => new Option(word, id)));
        for (const id of ['title', 'body']) at(id).value = storage.get(id);
        await this.open();
        setInterval(() => this.poll(), 1000);
    }

    async open() {
        this.isOpen = false;
        if (storage.get('organizer')) {
            try {
                this.groups = (await this.call('GET', 'groups')).items;
                this.isOpen = true;
                const known = (await this.call('GET', 'announcements')).items;
                this.shown = known.find(one => going.includes(one.state) && one.state !== 'scheduled') || null;
                this.drawAudiences();
            } catch (error) {
                this.error = error.message;
            }
        }
        this.draw();
    }

    async useKeys() {
        storage.set('organizer', at('key-organizer').value.trim());
        storage.set('reviewer', at('key-reviewer').value.trim());
        this.error = '';
        await this.open();
    }

    async call(method, path, body, role = 'organizer', key = '') {
        const headers = { Authorization: `Bearer ${storage.get(role)}` };
        if (body) headers['Content-Type'] = 'application/json';
        if (key) headers['Idempotency-Key'] = key;
        let answer;
        try {
            answer = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body), cache: 'no-store' });
        } catch (error) {
            throw new Error('网断了，没办成。写的还在，连上网再点一次。');
        }
        const value = await answer.json().catch(() => ({}));
        if (answer.status === 401) throw new Error('口令不对，或者已经换了。请用启动时打印的完整地址再打开一次。');
        if (!answer.ok) throw new Error(value.detail || '出了点问题，没办成。请再试一次。');
        return value;
    }

    // ---- writing

    drawAudiences() {
        const own = this.groups.filter(one => this.house.groupName(one.external_id));
        const everything = own.length === this.groups.length ? 'root' : own.map(one => `group:${one.id}`).join(' or ');
        const kinds = [...new Set(own.map(one => one.industries[0]))];
        const choices = [[everything, `全部示例群（${own.length} 个）`],
            ...kinds.map(kind => [`industry:${kind}`, (trades[kind] || trades.other).word]), ['', '自己写条件']];
        at('audiences').replaceChildren(...choices.map(([expression, label], index) => {
            const input = element('input', 'away');
            Object.assign(input, { type: 'radio', name: 'audience', value: expression, checked: index === 0 });
            input.onchange = () => this.chooseAudience(expression);
            return element('label', 'choice', input, element('span', 'chip', label));
        }));
        this.chooseAudience(everything);
    }

    chooseAudience(expression) {
        this.audience = expression;
        at('expression-box').hidden = expression !== '';
    }

    async look() {
        at('draft-error').hidden = true;
        at('look').disabled = true;
        try {
            const wanted = {
                title: at('title').value.trim(), body: at('body').value.trim(), category: at('category').value,
                audience: this.audience || at('expression').value.trim(),
            };
            this.shown = await this.call('POST', 'announcements', wanted);
            this.preview = await this.call('POST', `announcements/${this.shown.id}/preview`);
        } catch (error) {
            at('draft-error').textContent = error.message;
            at('draft-error').hidden = false;
        }
        at('look').disabled = false;
        this.draw();
        if (this.preview) this.focusFirst();
    }

    async rewrite() {
        await this.act('cancel');
        this.another();
    }

    another() {
        Object.assign(this, { shown: null, preview: null, failures: [], waiting: new Map(), error: '' });
        this.draw();
        this.tellWaiting();
        at('title').focus();
    }

    // ---- following

    async act(action, role = 'organizer') {
        if (this.busy) return;
        this.busy = true;
        this.error = '';
        try {
            this.shown = await this.call('POST', `announcements/${this.shown.id}/${action}`, undefined, role);
            if (action === 'submit') { storage.set('title', ''); storage.set('body', ''); at('title').value = ''; at('body').value = ''; }
            await this.refresh();
        } catch (error) {
            this.error = error.message;
        }
        this.busy = false;
        this.draw();
        this.focusFirst();
    }

    async poll() {
        if (!this.isOpen || document.hidden || this.busy || !this.shown || !going.includes(this.shown.state)) return;
        try {
            this.shown = await this.call('GET', `announcements/${this.shown.id}`);
            await this.refresh();
            this.error = '';
        } catch (error) {
            this.error = error.message;
        }
        this.draw();
    }

    /// Where it waits and why it failed.
    async refresh() {
        const { waiting, failed } = this.shown.counts;
        const rows = async state => (await this.call('GET', `announcements/${this.shown.id}/deliveries?state=${state}`)).items;
        this.waiting = new Map();
        if (waiting) for (const row of await rows('waiting')) this.waiting.set(row.external_id, 1);
        this.failures = failed ? await rows('failed') : [];
        this.tellWaiting();
    }

    tellWaiting() {
        this.house.onWaiting(this.waiting);
    }

    draw() {
        at('keys').hidden = this.isOpen;
        at('draft').hidden = !this.isOpen || Boolean(this.shown);
        at('keys-error').textContent = this.error;
        at('keys-error').hidden = this.isOpen || !this.error;
        const shape = this.isOpen && this.shown ? JSON.stringify([this.shown, this.preview, this.failures, this.error, this.why()]) : '';
        if (shape === this.drawn) return;
        this.drawn = shape;
        at('progress').replaceChildren(...(shape ? this.card() : []));
    }

    focusFirst() {
        const first = at('progress').querySelector('h2');
        if (first) first.focus({ preventScroll: true });
    }

    card() {
        const { title, state, counts } = this.shown;
        const heading = element('h2', 'notice-title', title, element('span', `tag state-${state}`, states[state] || state));
        heading.tabIndex = -1;
        const parts = [heading];
        if (state === 'draft') parts.push(...this.previewCard());
        else if (state === 'review') parts.push(element('p', '', `等第二个人复核。同意以后发 ${this.reach()}。`));
        else parts.push(this.bar(), element('p', 'counts', this.countWords()));
        if (this.why()) parts.push(element('p', 'note check', this.why()));
        const reasons = new Map();
        for (const row of this.failures) reasons.set(row.reason, (reasons.get(row.reason) || 0) + 1);
        for (const [words, count] of reasons) parts.push(element('p', 'note bad', `${count} 个群没发成：${words}`));
        if (this.error) parts.push(element('p', 'error', this.error));
        parts.push(this.buttons());
        if (counts.total === 0 && state === 'scheduled') parts.push(element('p', 'hint', '到时间就开始发。'));
        return parts;
    }

    previewCard() {
        const { total, reachable, excluded, renderings } = this.preview || { total: 0, reachable: 0, excluded: [], renderings: [] };
        const words = excluded.length
            ? `${total} 个群里能发到 ${reachable} 个；${excluded.map(one => `${one.count} 个发不到：${one.reason}`).join('；')}`
            : `${total} 个群都能发到`;
        const own = renderings.find(one => one.platform === this.house.record().label) || renderings[0];
        const parts = [element('p', 'note good', words)];
        if (own) {
            parts.push(element('div', 'bubble as-sent', own.text));
            if (own.parts > 1) parts.push(element('p', 'hint', `按现在的规矩，要分 ${own.parts} 条发。`));
        }
        return parts;
    }

    reach() {
        return this.preview ? `${this.preview.reachable} 个群` : '这些群';
    }

    buttons() {
        const { state } = this.shown;
        const row = element('div', 'buttons');
        const add = (label, act, className = '') => {
            const button = element('button', className, label);
            button.type = 'button';
            button.onclick = act;
            row.append(button);
        };
        if (state === 'draft') {
            add(`送审：${this.reach()}`, () => this.act('submit'), 'primary');
            add('改一改', () => this.rewrite());
        } else if (state === 'review') {
            if (storage.get('reviewer')) add(`以复核员身份同意：发 ${this.reach()}`, () => this.act('approve', 'reviewer'), 'primary');
            else row.append(element('p', 'hint', '还没有复核员的口令，请复核员在他那里同意。'));
            add('不发了', () => this.act('cancel'));
        } else if (state === 'sending' || state === 'scheduled') {
            if (state === 'sending') add('暂停', () => this.act('pause'));
            add('取消：还没发的不再发', () => this.act('cancel'));
        } else if (state === 'paused') {
            add('继续发', () => this.act('resume'), 'primary');
            add('取消：还没发的不再发', () => this.act('cancel'));
        } else {
            if (this.shown.counts.failed) add('没发成的再发一次', () => this.act('retry'));
            add('再写一条', () => this.another());
        }
        return row;
    }

    countWords() {
        const { counts } = this.shown;
        const words = [['sent', '已发'], ['sending', '正在发'], ['waiting', '排队'], ['unknown', '不确定'], ['failed', '没发成'], ['skipped', '没发']];
        const said = words.filter(([state]) => counts[state]).map(([state, word]) => `${word} ${counts[state]}`);
        return `一共 ${counts.total} 个群：${said.join(' · ') || '还没开始'}`;
    }

    /// Why nothing moves, where the reason is known.
    why() {
        const { state, counts, priority } = this.shown;
        if (state !== 'sending' || !counts.waiting) return '';
        const at_hour = hour(this.house.now());
        const record = this.house.record();
        if ((at_hour >= 22 || at_hour < 7) && priority !== 'emergency') return '夜里不发，7:00 以后发。';
        if (record.push === 'next_opening') return `${counts.waiting} 个群在等：按「${record.label}」的规矩，群里有人 @ 机器人说话，才能跟着发。`;
        if (record.push !== 'automatic') return `按「${record.label}」的规矩，机器人不能主动发。换一个平台的规矩就会发出去。`;
        return '';
    }

    bar() {
        const space = 'http://www.w3.org/2000/svg';
        const svg = document.createElementNS(space, 'svg');
        const { counts } = this.shown;
        svg.setAttribute('class', 'bar');
        svg.setAttribute('viewBox', '0 0 100 8');
        svg.setAttribute('preserveAspectRatio', 'none');
        svg.setAttribute('aria-hidden', 'true');
        let x = 0;
        for (const state of ['sent', 'sending', 'unknown', 'failed', 'skipped', 'waiting']) {
            const width = counts.total ? counts[state] * 100 / counts.total : 0;
            const part = document.createElementNS(space, 'rect');
            Object.entries({ x, y: 0, width, height: 8, class: `fill-${state}` }).forEach(([name, value]) => part.setAttribute(name, value));
            svg.append(part);
            x += width;
        }
        return svg;
    }
}
