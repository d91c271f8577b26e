using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace KubeWol.CrdGen;

/// <summary>The sentences of the C# documentation, which become the descriptions that <c>kubectl explain</c> prints.</summary>
internal sealed partial class XmlDocs(Assembly assembly)
{
    private readonly Dictionary<string, XElement> _members = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(m => m.Attribute("name")!.Value, m => m.Element("summary") ?? new XElement("summary"));

    public string Of(Type type) => Text($"T:{Name(type)}");

    public string Of(PropertyInfo property) => Text($"P:{Name(property.DeclaringType!)}.{property.Name}");

    public string Of(FieldInfo field) => Text($"F:{Name(field.DeclaringType!)}.{field.Name}");

    private static string Name(Type type) => type.FullName!.Replace('+', '.'); // of a nested type

    private string Text(string member) => _members.TryGetValue(member, out var summary)
        ? Blanks().Replace(summary.Value, " ").Trim()
        : throw new InvalidOperationException($"{member} has no documentation; kubectl explain would be silent about it");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
