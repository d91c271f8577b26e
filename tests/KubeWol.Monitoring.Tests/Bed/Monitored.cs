namespace KubeWol.Monitoring.Tests.Bed;

/// <summary>The tests that share one bed.</summary>
[CollectionDefinition(Name)]
public sealed class Monitored : ICollectionFixture<MonitoredBed>
{
    public const string Name = "monitored";
}
