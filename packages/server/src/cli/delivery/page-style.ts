/** The page's look: system fonts, light and dark, and black on white on paper. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--text:#1c2733;--soft:#5b6875;--line:#dfe4ea;--card:#f5f7f9;--page:#fff;--accent:#2563b8;--bad:#c4372e;--a:#2563b8;--b:#d98c21;--c:#2f8f6b;--d:#8757b8;--e:#b84c7c;--f:#6b7785}
@media(prefers-color-scheme:dark){:root{--text:#e5eaf0;--soft:#9aa7b4;--line:#313b46;--card:#1d252d;--page:#14191f;--accent:#6ba4ea;--bad:#ef7168;--a:#4f8bd6;--b:#c9862e;--c:#3f9c78;--d:#9a70c7;--e:#c26590;--f:#7d8995}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1024px;padding:24px 16px 48px;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}
h1{font-size:28px;margin:0}h2{font-size:17px;margin:28px 0 2px}h2.package{font-size:22px;border-top:2px solid var(--line);padding-top:20px}p{margin:2px 0 8px;color:var(--soft);overflow-wrap:anywhere}code{font-size:13px}
.window{font-size:16px;color:var(--text);margin-top:16px}
.levers{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:10px;margin:8px 0}
.lever{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px}.lever h3{font-size:13px;font-weight:600;margin:0;color:var(--soft)}.lever strong{font-size:23px;font-weight:650}.lever p{font-size:12.5px;margin:4px 0 0}.lever.few strong{color:var(--soft);font-weight:500}.was{display:block;font-size:13px;color:var(--soft)}
svg{width:100%;height:auto;display:block}svg text{font:12px system-ui,sans-serif;fill:var(--soft)}svg text{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}svg text.inside{fill:#fff;stroke:none}
.axis,.grid{stroke:var(--line)}.dots{fill:var(--accent);fill-opacity:.35}.level{stroke:var(--text);stroke-dasharray:5 4;stroke-opacity:.6}.bar{fill:var(--accent);fill-opacity:.75}.bad{fill:var(--bad)}.change{stroke:var(--bad);stroke-width:2;stroke-dasharray:4 3}
.stage0{fill:var(--a)}.stage1{fill:var(--b)}.stage2{fill:var(--c)}.stage3{fill:var(--d)}.stage4{fill:var(--e)}.stage5{fill:var(--f)}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
ul{margin:4px 0;padding-left:20px}.notes li,dd{color:var(--soft);font-size:13.5px}dt{font-weight:600;margin-top:8px}dd{margin:0}footer{margin-top:32px;font-size:13px;color:var(--soft)}
@media print{:root{--text:#000;--soft:#333;--line:#bbb;--card:#fff;--page:#fff;--accent:#2563b8;--bad:#c4372e}body{max-width:none;padding:0;font-size:11pt}section,.lever{break-inside:avoid}svg{max-height:9cm}}
`;
