namespace KubeWol.TestCluster;

/// <summary>The test bed cannot do what was asked; the message is one sentence for the person who ran the tests.</summary>
public sealed class TestClusterException : Exception
{
    public TestClusterException(string message) : base(message) { }

    public TestClusterException(string message, Exception innerException) : base(message, innerException) { }
}
