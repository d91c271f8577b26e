using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("KubeWol.TestCluster.Tests")]
