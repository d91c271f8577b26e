using System.Globalization;
using System.Text;
using System.Text.Json;

namespace KubeWol.TestBed;

/// <summary>The manifest of a machine that both KubeVirt and our stand-in accept: small, without a disk, on the pod network.</summary>
public sealed record MachineManifest(string Namespace, string Name)
{
    /// <summary>Its address as the author spells it; null leaves it to KubeVirt.</summary>
    public string? Mac { get; init; }

    /// <summary>Its address with the octets in the opposite order.</summary>
    public string Reversed => KubeWol.Protocol.MacAddress.Parse(Mac!).Reversed.ToString();

    public string RunStrategy { get; init; } = "Halted";

    /// <summary>Seconds a guest is given to shut down; with 0 it is switched off.</summary>
    public int GracePeriodSeconds { get; init; }

    /// <summary>How our stand-in's guest behaves (StandInAnnotations).</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public override string ToString()
    {
        var labels = string.Join(", ", Labels.Select(l => $"{l.Key}: {JsonSerializer.Serialize(l.Value)}"));
        var annotations = string.Join(", ", Annotations.Select(a => $"{a.Key}: {JsonSerializer.Serialize(a.Value)}"));
        var mac = Mac is null ? "" : $", macAddress: \"{Mac}\"";
        return new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $$"""
            apiVersion: kubevirt.io/v1
            kind: VirtualMachine
            metadata: {name: {{Name}}, namespace: {{Namespace}}, labels: { {{labels}} }, annotations: { {{annotations}} } }
            spec:
              runStrategy: {{RunStrategy}}
              template:
                metadata: {labels: {app: {{Name}} } }
                spec:
                  terminationGracePeriodSeconds: {{GracePeriodSeconds}}
                  domain:
                    memory: {guest: 64Mi}
                    devices: {interfaces: [{name: default, masquerade: {} {{mac}} }]}
                  networks: [{name: default, pod: {} }]
            """).ToString();
    }
}
