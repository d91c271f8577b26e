using Xunit.Sdk;
using Xunit.v3;

// One machine, two cores: what is waited for here shall not wait for another test.
[assembly: Parallelization(Mode = ParallelMode.None)]
