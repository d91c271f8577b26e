using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KubeWol.Operator.Templates;

/// <summary>
/// Fills $(name) into the strings of a JSON tree. The tree is never turned into text: a value is put in place of a leaf, or into a leaf's string, and
/// is not looked at again, so nothing that stands in a value can become anything but that value. Keys are left alone. $$( stands for $(.
/// </summary>
internal static class Placeholders
{
    private const string Opening = "$(";
    private const string Escaped = "$$(";

    /// <summary>All strings of a tree that may contain placeholders, each with its place.</summary>
    public static IEnumerable<(string Path, string Text)> Leaves(JsonElement tree, string path) => tree.ValueKind switch
    {
        JsonValueKind.String => [(path, tree.GetString()!)],
        JsonValueKind.Object => tree.EnumerateObject().SelectMany(p => Leaves(p.Value, $"{path}.{p.Name}")),
        JsonValueKind.Array => tree.EnumerateArray().SelectMany((item, i) => Leaves(item, $"{path}[{i}]")),
        _ => [],
    };

    /// <summary>The names that stand in a text; $( itself where a placeholder has no end.</summary>
    public static IEnumerable<string> Names(string text) => Parse(text).Where(p => p.IsName).Select(p => p.Text);

    /// <summary>A copy of the tree with all values filled in. A leaf that is nothing but a placeholder takes the value's own type.</summary>
    /// <exception cref="KeyNotFoundException">A name has no value.</exception>
    public static JsonNode? Fill(JsonElement tree, IReadOnlyDictionary<string, ParameterValue> values) => tree.ValueKind switch
    {
        JsonValueKind.String => Parse(tree.GetString()!).ToList() is [{ IsName: true } only] ? values[only.Text].ToJson() : JsonValue.Create(Fill(tree.GetString()!, values)),
        JsonValueKind.Object => new JsonObject(tree.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Fill(p.Value, values)))),
        JsonValueKind.Array => new JsonArray([.. tree.EnumerateArray().Select(item => Fill(item, values))]),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(tree.Clone()),
    };

    /// <summary>The text with the values' texts filled in.</summary>
    /// <exception cref="KeyNotFoundException">A name has no value.</exception>
    public static string Fill(string text, IReadOnlyDictionary<string, ParameterValue> values) =>
        Parse(text).Aggregate(new StringBuilder(), (filled, piece) => filled.Append(piece.IsName ? values[piece.Text].Text : piece.Text)).ToString();

    private static IEnumerable<(string Text, bool IsName)> Parse(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith(Escaped, StringComparison.Ordinal))
            {
                plain.Append(Opening);
                at += Escaped.Length;
            }
            else if (rest.StartsWith(Opening, StringComparison.Ordinal))
            {
                if (plain.Length > 0) yield return (plain.ToString(), false);
                plain.Clear();
                var end = text.IndexOf(')', at);
                yield return (end < 0 ? Opening : text[(at + Opening.Length)..end], true); // no parameter is called $(
                at = end < 0 ? text.Length : end + 1;
            }
            else
            {
                plain.Append(text[at++]);
            }
        }

        if (plain.Length > 0) yield return (plain.ToString(), false);
    }
}
