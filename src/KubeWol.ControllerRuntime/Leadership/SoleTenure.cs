namespace KubeWol.ControllerRuntime.Leadership;

/// <summary>Where there is no lease nobody led before.</summary>
internal sealed class SoleTenure : ITenure
{
    public bool IsFromBefore(ResourceMetadata read) => false;
}
