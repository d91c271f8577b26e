namespace KubeWol.Agent.Capture;

/// <summary>The node's network interfaces as they are now.</summary>
internal interface INicSource
{
    IReadOnlyList<Nic> List();
}
