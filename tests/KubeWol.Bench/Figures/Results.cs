using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KubeWol.Bench.Figures;

/// <summary>What a run has measured, and on what.</summary>
internal sealed class Results
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<string, double> _values = [];
    private readonly Dictionary<string, string> _circumstances = [];

    /// <summary>In the order in which they were said.</summary>
    public IReadOnlyDictionary<string, string> Circumstances => _circumstances;

    /// <summary>Notes a figure and says it.</summary>
    public void Add(string key, double value)
    {
        if (!Catalogue.Knows(key)) throw new ArgumentException($"{key} is not in the catalogue", nameof(key));
        _values[key] = value;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {key,-44} {Number.Text(value)}"));
    }

    /// <summary>Notes what a figure has to be read with.</summary>
    public void Say(string name, string words) => _circumstances[name] = words;

    public double? Find(string key) => _values.TryGetValue(key, out var value) ? value : null;

    public static Results Read(string file)
    {
        var results = new Results();
        foreach (var (name, value) in JsonNode.Parse(File.ReadAllText(file))!.AsObject())
        {
            if (value!.GetValueKind() == JsonValueKind.Number) results._values[name] = (double)value;
            else results._circumstances[name] = (string)value!;
        }

        return results;
    }

    /// <summary>One flat object: circumstances are strings, figures are numbers.</summary>
    public void Write(string file)
    {
        var json = new JsonObject();
        foreach (var (name, words) in _circumstances) json[name] = words;
        foreach (var (key, value) in _values) json[key] = Math.Round(value, 6);
        File.WriteAllText(file, json.ToJsonString(Indented) + "\n");
    }
}
