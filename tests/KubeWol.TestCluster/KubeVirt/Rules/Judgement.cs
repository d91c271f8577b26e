namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>What virt-api answers to a verb if the writes go through, and how the machine looks after them.</summary>
internal sealed record Judgement(Answer Answer, Machine After);
