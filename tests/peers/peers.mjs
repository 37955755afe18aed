// Other people's libraries as the platforms: they seal what our doors open and open what our doors seal.
//     peers.mjs PROGRAM
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const wecom = require('@wecom/crypto');
const WechatCrypt = require('wechat-crypto');

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const TOKEN = 'peersToken';
const CONFIG = dir => `[server]
listen = "127.0.0.1:0"
[store]
url = "sqlite:${dir}/lastmeter.db"
[[account]]
id = "app"
platform = "wecom-app"
corp_id = "ww1"
agent_id = 1000002
token = "${TOKEN}"
encoding_aes_key = "${KEY}"
[[account]]
id = "bot"
platform = "wecom-bot"
token = "${TOKEN}"
encoding_aes_key = "${KEY}"
[[account]]
id = "mp"
platform = "wechat-mp"
app_id = "wxapp1"
token = "${TOKEN}"
encoding_aes_key = "${KEY}"
mode = "safe"
`;

async function open(binary) {
    const dir = mkdtempSync(join(tmpdir(), 'lastmeter-peers-'));
    const config = join(dir, 'lastmeter.toml');
    writeFileSync(config, CONFIG(dir));
    const program = spawn(binary, ['serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => program.kill('SIGKILL')); // a failed test leaves nothing running
    const base = await new Promise((resolve, reject) => {
        let said = '';
        const look = piece => {
            said += piece;
            const found = /address=(http:\/\/[\d.]+:\d+)/.exec(said);
            if (found) resolve(found[1]);
        };
        program.stdout.on('data', look);
        program.stderr.on('data', look);
        program.once('exit', code => reject(new Error(`the program ended with ${code}: ${said}`)));
    });
    return { base, stop: () => new Promise(done => {
        program.once('exit', () => { rmSync(dir, { recursive: true, force: true }); done(); });
        program.kill('SIGTERM');
    }) };
}

/** Two libraries with one face. `id` is the receiver; the second library knows none that is empty. */
const peers = {
    '@wecom/crypto': id => ({
        seal: text => wecom.encrypt(KEY, text, id),
        open: sealed => wecom.decrypt(KEY, sealed),
        sign: (time, nonce, sealed) => wecom.getSignature(TOKEN, time, nonce, sealed),
    }),
    'wechat-crypto': id => {
        const crypt = new WechatCrypt(TOKEN, KEY, id);
        return {
            seal: text => crypt.encrypt(text),
            open: sealed => crypt.decrypt(sealed),
            sign: (time, nonce, sealed) => crypt.getSignature(time, nonce, sealed),
        };
    },
};

const element = (xml, name) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([\\s\\S]*?)(?:\\]\\]>)?</${name}>`).exec(xml)?.[1];
let number = 0;

function query(peer, sealed) {
    const time = String(Math.floor(Date.now() / 1000)), nonce = `n${++number}`;
    return { time, nonce, text: new URLSearchParams({ msg_signature: peer.sign(time, nonce, sealed), timestamp: time, nonce }).toString() };
}

async function verify(base, account, peer) {
    const sealed = peer.seal('1616140317555161061');
    const asked = query(peer, sealed);
    const answer = await fetch(`${base}/hooks/${account}?${asked.text}&echostr=${encodeURIComponent(sealed)}`);
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), '1616140317555161061');
}

function expectSealed(peer, id, sealed, signature, time, nonce) {
    assert.equal(signature, peer.sign(String(time), nonce, sealed));
    const opened = peer.open(sealed);
    assert.equal(opened.id, id);
    return opened.message;
}

async function askXml(base, account, peer, id, more = '') {
    const plain = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[person${++number}]]></FromUserName>` +
        `<CreateTime>${Math.floor(Date.now() / 1000)}</CreateTime><MsgType><![CDATA[text]]></MsgType>` +
        `<Content><![CDATA[老板拖欠工资怎么办]]></Content><MsgId>${24000000000000000n + BigInt(number)}</MsgId></xml>`;
    const sealed = peer.seal(plain);
    const asked = query(peer, sealed);
    const extra = more && `&${more}&signature=${wecom.getSignature(TOKEN, asked.time, asked.nonce, '')}`;
    const answer = await fetch(`${base}/hooks/${account}?${asked.text}${extra}`, {
        method: 'POST', body: `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>` });
    assert.equal(answer.status, 200);
    const xml = await answer.text();
    const words = expectSealed(peer, id, element(xml, 'Encrypt'), element(xml, 'MsgSignature'), element(xml, 'TimeStamp'), element(xml, 'Nonce'));
    assert.match(element(words, 'Content'), /工资/);
}

async function askBot(base, peer) {
    const sealed = peer.seal(JSON.stringify({ msgid: `M${++number}`, aibotid: 'AIB1', chatid: 'wr1', chattype: 'group',
        from: { userid: 'zhangsan' }, msgtype: 'text', text: { content: '@工会小助手 老板拖欠工资怎么办' } }));
    const asked = query(peer, sealed);
    const answer = await fetch(`${base}/hooks/bot?${asked.text}`, { method: 'POST', body: JSON.stringify({ encrypt: sealed }) });
    const said = await answer.json();
    const words = JSON.parse(expectSealed(peer, '', said.encrypt, said.msgsignature, said.timestamp, said.nonce));
    assert.equal(words.stream.finish, true);
    assert.match(words.stream.content, /工资/);
}

const house = await open(process.argv[2]);
for (const [name, make] of Object.entries(peers)) {
    await verify(house.base, 'app', make('ww1'));
    await askXml(house.base, 'app', make('ww1'), 'ww1');
    await askXml(house.base, 'mp', make('wxapp1'), 'wxapp1', 'encrypt_type=aes');
    console.log(`${name}: application and official account agree`);
}
await verify(house.base, 'bot', peers['@wecom/crypto'](''));
await askBot(house.base, peers['@wecom/crypto'](''));
console.log('@wecom/crypto: smart bot agrees');
await house.stop();
