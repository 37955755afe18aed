// The sandbox as a newcomer meets it, on a phone and on a wide screen: node sandbox.mjs path/to/lastmeter
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { openBrowser, openHouse, openPage } from './house.mjs';

const binary = process.argv[2] || 'build/dev/lastmeter';
const axeSource = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const root = new URL('../../templates/assets/', import.meta.url);

async function looksRight(page, state) {
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide[0] <= wide[1], `${state}: ${wide[0]} px wide in a window of ${wide[1]}`);
    const small = await page.evaluate(() => [...document.querySelectorAll('button, select, textarea, summary, input')]
        .filter(one => one.checkVisibility() && !one.closest('label') && one.getBoundingClientRect().height < 43.5)
        .map(one => one.outerHTML.slice(0, 80)));
    assert.deepEqual(small, [], `${state}: targets under 44 px`);
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run());
    const serious = found.violations.map(one => `${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
    assert.deepEqual(serious, [], `${state}: axe`);
}

const answers = page => page.locator('.answer');
const lastLine = page => page.locator('#lines > li').last();

async function asksAndReads(page) {
    await page.locator('.starter').first().click();
    await page.locator('.answer .source').waitFor();
    assert.match(await page.locator('.answer .source').innerText(), /《.+》第.+条/);
    assert.match(await page.locator('.answer .quote').innerText(), /快递小李：快递网点/);
    assert.match(await page.locator('.mine .at').innerText(), /@工会小助手/);
}

async function clicksAFollowUp(page) {
    await page.locator('.answer .chip').first().click();
    await answers(page).nth(1).waitFor();
    assert.equal((await page.locator('.mine .bubble').last().innerText()).trim(), '1');
}

async function choosesFromAList(page) {
    await page.fill('#text', '赔偿');
    await page.click('#send');
    await page.locator('.answer').nth(2).locator('.chip').nth(1).click();
    await page.locator('.answer').nth(3).locator('.source').waitFor();
}

async function chattersIntoSilence(page) {
    const before = await answers(page).count();
    await page.locator('label.switch').click();
    await page.fill('#text', '晚上谁一起吃饭');
    await page.press('#text', 'Enter');
    await page.getByText('机器人没作声：没有 @ 它，也不像在问它').waitFor();
    assert.equal(await answers(page).count(), before);
    await page.locator('label.switch').click();
}

async function triesThings(page) {
    const before = await answers(page).count();
    await page.fill('#text', '怎么加入工会');
    await page.click('#send');
    await answers(page).nth(before).waitFor();
    await page.click('#tries summary');
    await looksRight(page, 'try menu');
    await page.click('#try-again');
    await page.getByText('平台把这句又推了一遍，机器人认出来了，没有再答').waitFor();
    assert.equal(await answers(page).count(), before + 1);
    await page.click('#tries summary');
    await page.click('#try-recall');
    await page.getByText('快递小李 撤回了一句话').first().waitFor();
    await page.click('#tries summary');
    await page.click('#try-picture');
    await page.locator('.picture').waitFor();
}

async function talksInPrivate(page) {
    await page.click('#in-private');
    assert.equal(await page.locator('#lines > li').count(), 0);
    await page.fill('#text', '加班费怎么算');
    await page.click('#send');
    await page.locator('.answer .source').waitFor();
    await page.click('#in-group');
}

async function feelsAnotherRecord(page, isPhone) {
    if (isPhone) await page.click('#to-panel');
    await page.locator('.record').nth(2).click();
    await page.locator('.rules-list', { hasText: '只有 @ 机器人的话' }).waitFor();
    await looksRight(page, 'rules');
    if (isPhone) await page.click('#from-panel');
    await page.locator('label.switch').click();
    await page.fill('#text', '老板拖欠工资怎么办');
    await page.click('#send');
    await page.getByText('机器人没听到：这个平台只把 @ 它的话交给它').waitFor();
    await page.locator('label.switch').click();
    await page.fill('#text', '怀孕了能辞退我吗');
    await page.click('#send');
    await page.locator('.strip .left', { hasText: '还能回 4 条' }).waitFor();
}

async function sendsANotice(page, isPhone) {
    if (isPhone) await page.click('#to-panel');
    await page.click('#tab-notice');
    await page.fill('#title', '周六送清凉');
    await page.fill('#body', '周六上午 9:00 在中华路爱心驿站发防暑包。');
    await looksRight(page, 'draft');
    await page.click('#look');
    await page.getByText('6 个群都能发到').waitFor();
    await looksRight(page, 'preview');
    await page.getByRole('button', { name: '送审：6 个群' }).click();
    await page.getByRole('button', { name: '以复核员身份同意：发 6 个群' }).click();
    await page.getByText(/个群在等/).waitFor();
    await looksRight(page, 'waiting');
}

async function seesItArrive(page, isPhone) {
    if (isPhone) await page.click('#from-panel');
    if (isPhone) await page.click('#to-groups');
    await page.locator('[data-group=s-trucking]').click();
    await page.getByText('有 1 条通知在等').waitFor();
    await page.fill('#text', '菜单');
    await page.click('#send');
    await page.locator('.notice', { hasText: '周六送清凉' }).waitFor();
    if (isPhone) await page.click('#to-panel');
    await page.click('#tab-rules');
    await page.locator('.record').first().click();
    await page.click('#tab-notice');
    await page.locator('.state-done').waitFor();
    await page.getByText('一共 6 个群：已发 6').waitFor();
    if (isPhone) await page.click('#from-panel');
    if (isPhone) await page.click('#to-groups');
    await page.locator('[data-group=s-care] .count').waitFor();
    if (isPhone) await looksRight(page, 'groups');
    await page.locator('[data-group=s-care]').click();
    await page.locator('.notice', { hasText: '周六送清凉' }).waitFor();
}

async function losesNothing(page, house) {
    await house.stop();
    await page.getByText('和服务断开了，正在重连').waitFor();
    await page.fill('#text', '断网时说的');
    await page.click('#send');
    await page.getByText('没发出去：网断了').waitFor();
    assert.equal(await lastLine(page).getByRole('button', { name: '再发一次' }).count(), 1);
}

async function walk(browser, width, height) {
    const isPhone = width < 800;
    const house = await openHouse(binary);
    const { page, wrong } = await openPage(browser, house, width, height);
    await page.goto(`${house.base}/sandbox#${house.fragment}`);
    await page.locator('.starter').first().waitFor();
    assert.equal(new URL(page.url()).hash, '', 'the tokens leave the address bar');
    await looksRight(page, 'empty');
    await asksAndReads(page);
    await looksRight(page, 'answer');
    await clicksAFollowUp(page);
    await choosesFromAList(page);
    await chattersIntoSilence(page);
    await triesThings(page);
    await talksInPrivate(page);
    await feelsAnotherRecord(page, isPhone);
    await sendsANotice(page, isPhone);
    await seesItArrive(page, isPhone);
    await page.setViewportSize({ width: 320, height: 640 });
    await looksRight(page, '320 px');
    assert.deepEqual(wrong, []);
    await losesNothing(page, house);
    await page.context().close();
    console.log(`ok ${width}x${height}`);
}

/// A page with its own fresh eyes: no tokens, no script.
async function withoutTokensOrScript(browser) {
    const house = await openHouse(binary, '2026-07-18T23:00');
    const { page, wrong } = await openPage(browser, house, 1280, 800);
    await page.goto(`${house.base}/sandbox`);
    await page.click('#tab-notice');
    await page.getByText('请用启动时打印的完整地址打开').waitFor();
    await looksRight(page, 'without tokens');
    assert.deepEqual(wrong, []);
    const [organizer, reviewer] = house.fragment.split('&').map(one => one.split('=')[1]);
    await page.fill('#key-organizer', organizer);
    await page.fill('#key-reviewer', reviewer);
    await page.press('#key-reviewer', 'Enter');
    await page.fill('#title', '夜里的通知');
    await page.fill('#body', '明天早上看。');
    await page.locator('.choice', { hasText: '快递' }).click();
    await page.click('#look');
    await page.getByRole('button', { name: '送审：1 个群' }).click();
    await page.getByText('夜里不发，7:00 以后发').waitFor();
    await page.getByRole('button', { name: '暂停' }).click();
    await page.getByRole('button', { name: '继续发' }).click();
    await page.getByRole('button', { name: '取消：还没发的不再发' }).click();
    await page.getByText('已取消').waitFor();
    const plain = await openPage(browser, house, 360, 740, { javaScriptEnabled: false });
    await plain.page.goto(`${house.base}/sandbox`);
    const told = await plain.page.evaluate(() => document.querySelector('noscript .note').getBoundingClientRect().height);
    assert.ok(told > 0, 'says that it needs script');
    assert.ok(!await plain.page.locator('#send').isVisible(), 'no dead control');
    await house.stop();
    console.log('ok without tokens, at night, without script');
}

const styles = ['css/base.css', 'css/sandbox.css'].map(name => readFileSync(new URL(name, root)));
assert.ok(gzipSync(Buffer.concat(styles)).length <= 10 * 1024, 'styles over 10 KB');
const browser = await openBrowser();
try {
    await walk(browser, 1280, 800);
    await walk(browser, 360, 740);
    await withoutTokensOrScript(browser);
} finally {
    await browser.close();
}
