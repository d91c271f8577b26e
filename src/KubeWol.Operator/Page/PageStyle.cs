using System.Security.Cryptography;
using System.Text;

namespace KubeWol.Operator.Page;

/// <summary>How the page looks: light and dark as the reader's system is, tables that become cards on a narrow screen, no picture, no font, no script.</summary>
internal static class PageStyle
{
    public const string Css = """
        :root{color-scheme:light dark;--ink:#1c2430;--dim:#667085;--back:#f4f6f9;--card:#fff;--line:#e3e8ef;--good:#14804a;--bad:#c2281d;--wait:#9a6200;--a:#7c9cf5;--b:#e0a63c;--c:#3ba776;--soft:#eef2f8}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e9f1;--dim:#93a0b4;--back:#10151d;--card:#19212c;--line:#2a3442;--good:#52cf90;--bad:#ff8278;--wait:#f0b958;--a:#6f8df0;--b:#c98f2b;--c:#2f9166;--soft:#212b39}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1.25rem;max-width:86rem;background:var(--back);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
        header{display:flex;flex-wrap:wrap;align-items:center;gap:.35rem 1rem;margin-bottom:1rem}
        h1{font-size:1.45rem;margin:0;letter-spacing:-.01em}
        h2{font-size:1.05rem;margin:0}
        header form{margin-left:auto}
        input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.35rem .6rem;width:15rem;max-width:100%}
        a{color:inherit}
        .dim,small{color:var(--dim)}
        small{display:block;font-size:.86em}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:0 0 1rem;padding:0}
        .tiles div,section{background:var(--card);border:1px solid var(--line);border-radius:.75rem}
        .tiles div{padding:.65rem .9rem}
        .tiles dt{color:var(--dim);font-size:.86em}
        .tiles dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
        section{margin-bottom:1rem;padding:.9rem 0 .35rem}
        .head{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1rem;padding:0 1rem .5rem}
        table{width:100%;border-collapse:collapse}
        th{font-weight:500;color:var(--dim);text-align:left;font-size:.86em;padding:.3rem 1rem}
        td{vertical-align:top;padding:.45rem 1rem;border-top:1px solid var(--line);overflow-wrap:anywhere;unicode-bidi:isolate}
        td[data-l=When]{white-space:nowrap}td[data-l=What] b{display:block}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
        code{font:.92em ui-monospace,SFMono-Regular,Menlo,monospace;white-space:nowrap}
        .good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}
        b{font-weight:600}
        .word{display:inline-block;padding:0 .5rem;border-radius:1rem;background:var(--soft);font-size:.9em}
        svg{display:block;width:100%;height:.55rem;border-radius:.3rem;margin:.4rem 0 .2rem;background:var(--soft)}
        .journey{min-width:12rem;width:24%}
        rect.a,i.a{fill:var(--a);background:var(--a)}rect.b,i.b{fill:var(--b);background:var(--b)}rect.c,i.c{fill:var(--c);background:var(--c)}
        i{display:inline-block;width:.7rem;height:.7rem;border-radius:.2rem;margin:0 .35rem 0 .6rem}
        .none{padding:.3rem 1rem .8rem;color:var(--dim);margin:0}
        footer{color:var(--dim);font-size:.86em}
        @media(max-width:44rem){body{padding:.75rem}header form{margin:0;width:100%}input{width:100%}
        thead{display:none}tr{display:block;border-top:1px solid var(--line);padding:.4rem 0}td,td.n{display:block;position:relative;border:0;padding:.15rem 1rem .15rem 7.5rem;text-align:left;min-height:1.75rem}
        td[data-l]::before{content:attr(data-l);position:absolute;left:1rem;color:var(--dim);font-size:.86em}.journey{width:auto;min-width:0}code{white-space:normal}}
        """;

    /// <summary>Nothing but this style: no script, no picture, no frame, from nowhere.</summary>
    public static string Policy { get; } = $"default-src 'none'; form-action 'self'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'";
}
