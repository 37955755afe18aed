// A demo of its own for one test: the program, a browser, two people's tokens; everything ends with `stop`.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const browserFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];

export const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: browserFlags });

function firstAddress(program) {
    return new Promise((resolve, reject) => {
        let said = '';
        program.stdout.on('data', piece => {
            said += piece;
            const found = /http:\/\/[\d.]+:\d+/.exec(said);
            if (found) resolve(found[0]);
        });
        program.once('exit', code => reject(new Error(`the demo ended with ${code} before it listened`)));
    });
}

export async function openHouse(binary, now = '2026-07-18T10:00') {
    const dir = mkdtempSync(join(tmpdir(), 'lastmeter-browser-'));
    const program = spawn(binary, ['demo', '--listen', '127.0.0.1:0', '--data', dir, '--now', now], { stdio: ['ignore', 'pipe', 'ignore'] });
    process.once('exit', () => program.kill('SIGKILL')); // a failed test leaves nothing running
    const ended = new Promise(resolve => program.once('exit', resolve));
    const base = await firstAddress(program);
    const config = join(dir, 'lastmeter.toml');
    writeFileSync(config, `[store]\nurl = "sqlite:${dir}/lastmeter.db"\n`);
    const token = (name, role) => execFileSync(binary, ['token', 'add', name, '--role', role, '--org', 'root', '--config', config])
        .toString().trim().split(' ').pop();
    const fragment = `organizer=${token('zhang', 'organizer')}&reviewer=${token('li', 'reviewer')}`;
    return {
        base, fragment,
        async stop() {
            program.kill('SIGTERM');
            await ended;
            rmSync(dir, { recursive: true, force: true });
        },
    };
}

/// A page that remembers what went wrong: errors in the console, failed requests, requests to other hosts.
export async function openPage(browser, house, width, height, options = {}) {
    const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN', ...options });
    const page = await context.newPage();
    const wrong = [];
    page.on('console', message => { if (['error', 'warning'].includes(message.type())) wrong.push(`console: ${message.text()}`); });
    page.on('pageerror', error => wrong.push(`script: ${error.message}`));
    page.on('request', request => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(house.base)) wrong.push(`elsewhere: ${request.url()}`); });
    return { page, wrong };
}
