// Every word that the sandbox page makes up by itself: rules of a record, times, questions to try.

export const roles = { owner: '群主', admin: '管理员', organizer: '组织员' };

export const trades = {
    courier: { word: '快递', mark: '递' },
    delivery: { word: '外卖配送', mark: '骑' },
    trucking: { word: '货车运输', mark: '货' },
    security: { word: '保安', mark: '安' },
    care: { word: '护工护理', mark: '护' },
    'ride-hailing': { word: '网约车', mark: '车' },
    construction: { word: '建筑', mark: '建' },
    manufacturing: { word: '制造', mark: '厂' },
    sanitation: { word: '环卫', mark: '洁' },
    other: { word: '其他', mark: '群' },
};

export const categories = [['notices', '通知'], ['activities', '活动'], ['jobs', '招聘'], ['rights', '维权'],
    ['mutual-aid', '互助'], ['services', '服务']];

const asked = {
    courier: ['快递网点欠派费不发怎么办', '送件路上被车撞了算工伤吗'],
    delivery: ['送外卖摔伤了算工伤吗', '高温天有补贴吗'],
    trucking: ['跑长途出了事算工伤吗', '互助'],
    security: ['保安值夜班有加班费吗', '公司不签合同怎么办'],
    care: ['怀孕了公司要辞退我怎么办', '护工干完活家政公司不给钱'],
    construction: ['包工头欠薪跑了怎么要', '工地上受伤没签合同怎么办'],
};

/// Questions for a group of that trade, then what is not meant for the bot, then commands.
export function samples(trade) {
    const own = asked[trade] || ['老板拖欠工资怎么办', '单位不交社保怎么办'];
    return [
        ...own.map(text => ({ text, mention: true, hint: '问机器人' })),
        { text: '怎么加入工会', mention: true, hint: '问机器人' },
        { text: '晚上谁一起吃饭', mention: false, hint: '闲聊，它不该作声' },
        { text: '菜单', mention: true, hint: '看它会什么' },
        { text: '订阅情况', mention: true, hint: '这个群收哪些通知' },
    ];
}

const china = ms => new Date(ms + 8 * 3600 * 1000);
const two = number => String(number).padStart(2, '0');
export const clock = ms => `${china(ms).getUTCHours()}:${two(china(ms).getUTCMinutes())}`;

export function when(ms, now) {
    const day = Math.floor((now + 8 * 3600 * 1000) / 86400000) - Math.floor((ms + 8 * 3600 * 1000) / 86400000);
    if (day <= 0) return `今天 ${clock(ms)}`;
    if (day === 1) return `昨天 ${clock(ms)}`;
    return `${china(ms).getUTCMonth() + 1} 月 ${china(ms).getUTCDate()} 日 ${clock(ms)}`;
}

export const hour = ms => china(ms).getUTCHours();

export function modeWords(mode) {
    return mode === 'attentive' ? '不 @ 也答问题' : '@ 了才答';
}

const minutes = ms => `${Math.round(ms / 60000)} 分钟`;

/// The short form, for the strip over a chat.
export function ruleStrip(record) {
    if (record.replies < 0) return '听不到、不回话，只能发通知';
    const parts = [record.hears_all ? '每句话都听得到' : '只听得到 @ 它的话'];
    if (record.replies > 0) parts.push(`一句话 ${minutes(record.window_ms)}内最多回 ${record.replies} 条`);
    if (record.push === 'next_opening') parts.push('通知要等群里有人说话');
    if (record.push === 'none') parts.push('不能主动发通知');
    return parts.join(' · ');
}

/// One row per rule: what, how it is in words, and whether it is a limit.
export function ruleRows(record) {
    const deaf = record.replies < 0 && !record.hears_all;
    const replies = record.replies < 0 ? '不让回话'
        : record.replies === 0 ? '不限条数'
            : `一句话最多回 ${record.replies} 条，${minutes(record.window_ms)}内`;
    const pushes = {
        automatic: '随时能发',
        next_opening: '不能随时发：等群里有人说话，跟着发一条',
        assisted: '要员工点一下才发',
        manual: '要人复制粘贴',
        none: '不能主动发',
    };
    return [
        ['听得到', deaf ? '什么都听不到' : record.hears_all ? '群里每句话' : '只有 @ 机器人的话', !record.hears_all],
        ['回话', replies, record.replies !== 0],
        ['发通知', pushes[record.push] + (record.consent ? '，还要群主先打开' : ''), record.push !== 'automatic'],
        ['字数', `一条最多 ${record.text_limit} 字，长了分几条发`, record.text_limit < 2000],
        ['链接', record.links ? '可以发' : '不让发没备案的链接', !record.links],
        ['撤回', record.recall_ms ? `${minutes(record.recall_ms)}内可以` : '不限时间', record.recall_ms > 0],
        ['接入', record.official ? '官方接口' : '非官方接入，账号可能被平台限制', !record.official],
    ];
}

/// What is left of the reply window of the newest question in this chat; empty when the record knows none.
export function windowWords(window, now) {
    if (!window || !window.until) return '';
    const left = window.until - now;
    if (left <= 0) return '这句话的回话时间过了，等下一句';
    if (window.left === 0) return '这句话的回话条数用完了';
    const seconds = Math.ceil(left / 1000);
    return `还能回 ${window.left} 条，剩 ${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/// A text of the bot, taken apart: paragraphs, numbered choices, follow-ups, the source.
export function readReply(text) {
    const found = { paragraphs: [], chips: [], source: '' };
    const numbered = /回复数字/.test(text);
    for (const line of text.split('\n')) {
        const choice = numbered && /^(\d+)[.、] ?(.+)$/.exec(line);
        const source = /^依据：(.+)$/.exec(line);
        if (choice) found.chips.push({ words: choice[1], number: choice[1], label: choice[2] });
        else if (source) found.source = source[1];
        else if (/^回复 \d+ 看/.test(line))
            for (const one of line.matchAll(/(\d+) 看([^，]+)/g))
                found.chips.push({ words: one[1], number: one[1], label: one[2] });
        else if (line.trim()) found.paragraphs.push(line);
    }
    for (const one of text.matchAll(/回复「([^」]{1,6})」/g))
        found.chips.push({ words: one[1], number: '', label: one[1] });
    return found;
}
