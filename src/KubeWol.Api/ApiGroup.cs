namespace KubeWol.Api;

/// <summary>KubeWol's API group.</summary>
public static class ApiGroup
{
    /// <summary>The group's name.</summary>
    public const string Name = "kubewol.io";

    /// <summary>The version that is served.</summary>
    public const string V1Alpha1 = "v1alpha1";
}
