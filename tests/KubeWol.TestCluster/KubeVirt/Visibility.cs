using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("KubeWol.TestCluster.Tests")]
[assembly: InternalsVisibleTo("KubeWol.Operator.Tests")]
