using System.Runtime.Versioning;
using Xunit.Sdk;
using Xunit.v3;

// One machine, two cores: API servers and containers are waited for here.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: SupportedOSPlatform("linux")]
