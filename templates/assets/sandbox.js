// The sandbox page: groups, people and a chat over /sandbox/{state,events,say,limits}.
const at = id => document.getElementById(id);
const lines = [];
let groups = [];

const option = (value, label) => new Option(label, value);
const roles = { owner: '群主', admin: '管理员', organizer: '组织员', member: '组员' };

function trouble(message) {
    at('trouble').textContent = message;
    at('trouble').hidden = !message;
}

async function post(action, body) {
    const answer = await fetch(`/sandbox/${action}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    const value = await answer.json();
    if (!answer.ok) throw new Error(value.detail || value.title);
    return value;
}

function bubble(line) {
    const item = document.createElement('li');
    item.className = line.person === '' ? 'bot' : line.person === at('person').value ? 'mine' : '';
    const name = document.createElement('b');
    name.textContent = line.name;
    item.append(name);
    if (line.text) {
        const words = document.createElement('span');
        words.className = 'words';
        words.textContent = line.text;
        item.append(words);
    }
    if (line.note) {
        const note = document.createElement('small');
        note.textContent = line.note;
        item.append(note);
    }
    return item;
}

function draw() {
    const here = lines.filter(line => line.group === at('group').value);
    at('lines').replaceChildren(...here.map(bubble));
    at('empty').hidden = here.length > 0;
    at('lines').scrollTop = at('lines').scrollHeight;
}

function take(line) {
    if (lines.some(one => one.number === line.number)) return;
    lines.push(line);
    lines.sort((a, b) => a.number - b.number);
    draw();
}

function people() {
    const group = groups.find(one => one.id === at('group').value);
    at('person').replaceChildren(...group.people.map(one => option(one.id, `${one.name}（${roles[one.role] || one.role}）`)));
    draw();
}

async function say(text, mention) {
    if (!text.trim()) return;
    try {
        await post('say', { group: at('group').value, person: at('person').value, text, mention });
        at('text').value = '';
        trouble('');
    } catch (error) {
        trouble(`没发出去：${error.message}。你写的还在，稍后再点一次。`);
    }
}

async function start() {
    const state = await (await fetch('/sandbox/state')).json();
    groups = state.groups;
    at('group').replaceChildren(...groups.map(one => option(one.id, one.name)));
    at('record').replaceChildren(...state.records.map(one => option(one.name, one.label)));
    at('record').value = state.record;
    state.lines.forEach(take);
    people();
    const source = new EventSource(`/sandbox/events?after=${state.last}`);
    source.onmessage = event => take(JSON.parse(event.data));
    source.onerror = () => trouble('和服务断开了，正在重连…');
    source.onopen = () => trouble('');
}

at('group').onchange = people;
at('person').onchange = draw;
at('record').onchange = () => post('limits', { record: at('record').value }).catch(error => trouble(error.message));
at('say').onsubmit = event => { event.preventDefault(); say(at('text').value, at('mention').checked); };
at('samples').onclick = event => {
    if (event.target.tagName === 'BUTTON') say(event.target.textContent, event.target.dataset.mention === '1');
};
start().catch(() => trouble('没连上服务，请刷新再试。'));
