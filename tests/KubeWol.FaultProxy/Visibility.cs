using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("KubeWol.FaultProxy.Tests")]
