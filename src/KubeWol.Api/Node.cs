using KubeWol.ControllerRuntime;

namespace KubeWol.Api;

/// <summary>The part of a core/v1 Node that a move has to know.</summary>
public sealed record Node : IResource
{
    /// <summary>Where Nodes are served.</summary>
    public static readonly ResourceType<Node> Type = new("", "v1", "nodes", ApiJson.Default.Node);

    /// <inheritdoc/>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>What its administrator wants.</summary>
    public NodeSpec? Spec { get; init; }

    /// <summary>How it is.</summary>
    public NodeStatus? Status { get; init; }
}

/// <summary>What the administrator of a node wants.</summary>
public sealed record NodeSpec(bool? Unschedulable);

/// <summary>How a node is.</summary>
public sealed record NodeStatus(IReadOnlyList<NodeCondition>? Conditions);

/// <summary>A condition of a node.</summary>
public sealed record NodeCondition(string? Type, string? Status);
